//! The agent's data store on the device (0x80248xxx).

use super::codes;

codes! {
    0x8024_8000 WU_E_DS_SHUTDOWN RETRY "The agent was shutting down.";
    0x8024_8001 WU_E_DS_INUSE WAIT "The data store is in use.";
    0x8024_8002 WU_E_DS_INVALID RESET_STORE "The data store is not in the state it should be in.";
    0x8024_8003 WU_E_DS_TABLEMISSING RESET_STORE "A table of the data store is missing.";
    0x8024_8004 WU_E_DS_TABLEINCORRECT RESET_STORE "A table of the data store has unexpected columns.";
    0x8024_8005 WU_E_DS_INVALIDTABLENAME RESET_STORE "A table is not in the data store.";
    0x8024_8006 WU_E_DS_BADVERSION RESET_STORE "The data store has another version than expected.";
    0x8024_8007 WU_E_DS_NODATA RESET_STORE "What was looked for is not in the data store.";
    0x8024_8008 WU_E_DS_MISSINGDATA RESET_STORE "The data store lacks something that must be there.";
    0x8024_8009 WU_E_DS_MISSINGREF RESET_STORE "Something the data store refers to is missing.";
    0x8024_800A WU_E_DS_UNKNOWNHANDLER AGENT_UPDATE "The device does not know how to install this kind of update.";
    0x8024_800B WU_E_DS_CANTDELETE RETRY "An update cannot be forgotten because a service still refers to it.";
    0x8024_800C WU_E_DS_LOCKTIMEOUTEXPIRED WAIT "The data store stayed locked for too long.";
    0x8024_800D WU_E_DS_NOCATEGORIES METADATA "A category has no parent and is not a top one.";
    0x8024_800E WU_E_DS_ROWEXISTS RESET_STORE "A row is in the data store already.";
    0x8024_800F WU_E_DS_STOREFILELOCKED WAIT "The data store is locked by another process, often a virus scanner.";
    0x8024_8010 WU_E_DS_CANNOTREGISTER INTERNAL "The data store cannot be registered in this process.";
    0x8024_8011 WU_E_DS_UNABLETOSTART INTERNAL "The data store could not be opened in another process.";
    0x8024_8013 WU_E_DS_DUPLICATEUPDATEID CACHE "The server sent one update with two revision numbers.";
    0x8024_8014 WU_E_DS_UNKNOWNSERVICE POLICY "The update service is not in the data store.";
    0x8024_8015 WU_E_DS_SERVICEEXPIRED RETRY "The registration of the update service has expired.";
    0x8024_8016 WU_E_DS_DECLINENOTALLOWED NONE "The update cannot be hidden: it is mandatory or has a deadline.";
    0x8024_8017 WU_E_DS_TABLESESSIONMISMATCH INTERNAL "A table belongs to another session.";
    0x8024_8018 WU_E_DS_SESSIONLOCKMISMATCH INTERNAL "A lock belongs to another session.";
    0x8024_8019 WU_E_DS_NEEDWINDOWSSERVICE POLICY "The built-in update service cannot be removed.";
    0x8024_801A WU_E_DS_INVALIDOPERATION RETRY "The operation is not allowed on the data store.";
    0x8024_801B WU_E_DS_SCHEMAMISMATCH RESET_STORE "The form of the data store and of a document differ.";
    0x8024_801C WU_E_DS_RESETREQUIRED RESET_STORE "The data store must be reset.";
    0x8024_801D WU_E_DS_IMPERSONATED INTERNAL "The data store was used in the name of a user.";
    0x8024_801E WU_E_DS_DATANOTAVAILABLE RETRY "The data are not available for this update.";
    0x8024_801F WU_E_DS_DATANOTLOADED RETRY "The data were not loaded.";
    0x8024_8020 WU_E_DS_NODATA_NOSUCHREVISION SUPERSEDED "The revision is not in the data store.";
    0x8024_8021 WU_E_DS_NODATA_NOSUCHUPDATE SUPERSEDED "The update is not in the data store.";
    0x8024_8022 WU_E_DS_NODATA_EULA EULA "The licence terms are not in the data store.";
    0x8024_8023 WU_E_DS_NODATA_SERVICE POLICY "The service is not in the data store.";
    0x8024_8024 WU_E_DS_NODATA_COOKIE CACHE "The cookie is not in the data store.";
    0x8024_8025 WU_E_DS_NODATA_TIMER RETRY "The timer is not in the data store.";
    0x8024_8026 WU_E_DS_NODATA_CCR RETRY "The request for a report is not in the data store.";
    0x8024_8027 WU_E_DS_NODATA_FILE RESET_STORE "The file is not in the data store.";
    0x8024_8028 WU_E_DS_NODATA_DOWNLOADJOB CONTENT "The download is not in the data store.";
    0x8024_8029 WU_E_DS_NODATA_TMI RETRY "The time stamp is not in the data store.";
    0x8024_8FFF WU_E_DS_UNEXPECTED RESET_STORE "An unexpected error of the data store.";
}
