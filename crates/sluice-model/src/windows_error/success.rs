//! Successes with something to say (0x0024xxxx).

use super::codes;

codes! {
    0x0024_0001 WU_S_SERVICE_STOP NONE "The Windows Update Agent was stopped.";
    0x0024_0002 WU_S_SELFUPDATE NONE "The Windows Update Agent updated itself.";
    0x0024_0003 WU_S_UPDATE_ERROR RETRY "The operation ended, but some updates had errors.";
    0x0024_0004 WU_S_MARKED_FOR_DISCONNECT NONE "A callback is disconnected later, because it was running.";
    0x0024_0005 WU_S_REBOOT_REQUIRED RESTART "The update is installed once the device has restarted.";
    0x0024_0006 WU_S_ALREADY_INSTALLED NONE "The update was installed already.";
    0x0024_0007 WU_S_ALREADY_UNINSTALLED NONE "The update was not installed, so there was nothing to remove.";
    0x0024_0008 WU_S_ALREADY_DOWNLOADED NONE "The update was downloaded already.";
    0x0024_0009 WU_S_SOME_UPDATES_SKIPPED_ON_BATTERY POWER "Some updates were skipped because the device runs on battery.";
    0x0024_000A WU_S_ALREADY_REVERTED NONE "The update was reverted already.";
    0x0024_0010 WU_S_SEARCH_CRITERIA_NOT_SUPPORTED NONE "A part of the search is not supported and was left out.";
    0x0024_2015 WU_S_UH_INSTALLSTILLPENDING WAIT "The installation goes on.";
    0x0024_2016 WU_S_UH_DOWNLOAD_SIZE_CALCULATED NONE "The size of the download was computed; nothing else was done.";
    0x0024_5001 WU_S_SIH_NOOP NONE "The maintenance service had nothing to do.";
    0x0024_6001 WU_S_DM_ALREADYDOWNLOADING WAIT "The update is being downloaded already.";
    0x0024_7101 WU_S_METADATA_SKIPPED_BY_ENFORCEMENTMODE NONE "Signatures of metadata are not checked on this device, by its settings.";
    0x0024_7102 WU_S_METADATA_IGNORED_SIGNATURE_VERIFICATION NONE "Signatures of metadata were checked and their result ignored, by the device's settings.";
    0x0024_8001 WU_S_SEARCH_LOAD_SHEDDING SERVER_BUSY "The search was put off by the server to spread load.";
}
