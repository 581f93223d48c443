//! Automatic Updates and its user interface (0x80243xxx, 0x8024Axxx), tasks and file trust (0x8024Bxxx), and the agent's
//! own setup (0x8024Dxxx).

use super::codes;

codes! {
    0x8024_3001 WU_E_INSTALLATION_RESULTS_UNKNOWN_VERSION REPORT "Results of an installation in the registry are of an unknown version.";
    0x8024_3002 WU_E_INSTALLATION_RESULTS_INVALID_DATA REPORT "Results of an installation in the registry are invalid.";
    0x8024_3003 WU_E_INSTALLATION_RESULTS_NOT_FOUND REPORT "There are no results of an installation; it may not have begun.";
    0x8024_3004 WU_E_TRAYICON_FAILURE INTERNAL "The icon in the notification area could not be made.";
    0x8024_3FFD WU_E_NON_UI_MODE NONE "There is no user interface on this device.";
    0x8024_3FFE WU_E_WUCLTUI_UNSUPPORTED_VERSION AGENT_UPDATE "The user interface of Windows Update has another version than its agent.";
    0x8024_3FFF WU_E_AUCLIENT_UNEXPECTED INTERNAL "An unexpected error of the user interface.";
    0x8024_A000 WU_E_AU_NOSERVICE SERVICE "Automatic Updates could not serve the request.";
    0x8024_A002 WU_E_AU_NONLEGACYSERVER AGENT_UPDATE "An old version of Automatic Updates stopped because the server is newer.";
    0x8024_A003 WU_E_AU_LEGACYCLIENTDISABLED AGENT_UPDATE "An old version of Automatic Updates was disabled.";
    0x8024_A004 WU_E_AU_PAUSED USER "Automatic Updates is paused.";
    0x8024_A005 WU_E_AU_NO_REGISTERED_SERVICE POLICY "No update service is registered with Automatic Updates.";
    0x8024_A006 WU_E_AU_DETECT_SVCID_MISMATCH POLICY "The device scans against another service than it was told to.";
    0x8024_A007 WU_E_REBOOT_IN_PROGRESS WAIT "The device is restarting.";
    0x8024_A008 WU_E_AU_OOBE_IN_PROGRESS WAIT "The device is still being set up for its first use.";
    0x8024_AFFF WU_E_AU_UNEXPECTED INTERNAL "An unexpected error of Automatic Updates.";
    0x8024_B001 WU_E_WUTASK_INPROGRESS WAIT "The maintenance task is running already.";
    0x8024_B002 WU_E_WUTASK_STATUS_DISABLED SERVICE "The maintenance task is disabled.";
    0x8024_B003 WU_E_WUTASK_NOT_STARTED SERVICE "The maintenance task was not started.";
    0x8024_B004 WU_E_WUTASK_RETRY RETRY "The maintenance task is tried again later.";
    0x8024_B005 WU_E_WUTASK_CANCELINSTALL_DISALLOWED WAIT "An installation for the whole device cannot be cancelled.";
    0x8024_B101 WU_E_UNKNOWN_HARDWARECAPABILITY METADATA "The update asks for a hardware capability the device does not know.";
    0x8024_B102 WU_E_BAD_XML_HARDWARECAPABILITY METADATA "The description of a hardware capability is invalid.";
    0x8024_B103 WU_E_WMI_NOT_SUPPORTED WMI "The device does not support queries of WMI.";
    0x8024_B104 WU_E_UPDATE_MERGE_NOT_ALLOWED METADATA "Updates cannot be merged.";
    0x8024_B105 WU_E_SKIPPED_UPDATE_INSTALLATION NONE "The installation of the update was skipped.";
    0x8024_B201 WU_E_SLS_INVALID_REVISION RETRY "A configuration from Microsoft has an invalid revision.";
    0x8024_B301 WU_E_FILETRUST_DUALSIGNATURE_RSA SIGNATURE "The RSA signature of a file with two signatures is not trusted.";
    0x8024_B302 WU_E_FILETRUST_DUALSIGNATURE_ECC SIGNATURE "The elliptic-curve signature of a file with two signatures is not trusted.";
    0x8024_B303 WU_E_TRUST_SUBJECT_NOT_TRUSTED SIGNATURE "The file is not trusted by the device.";
    0x8024_B304 WU_E_TRUST_PROVIDER_UNKNOWN SIGNATURE "Nothing on the device can check this kind of signature.";
    0x8024_D001 WU_E_SETUP_INVALID_INFDATA AGENT_UPDATE "The agent's setup information is invalid.";
    0x8024_D002 WU_E_SETUP_INVALID_IDENTDATA AGENT_UPDATE "The agent's self-update information is invalid.";
    0x8024_D003 WU_E_SETUP_ALREADY_INITIALIZED AGENT_UPDATE "The agent's setup was started twice.";
    0x8024_D004 WU_E_SETUP_NOT_INITIALIZED AGENT_UPDATE "The agent's setup was not started properly.";
    0x8024_D005 WU_E_SETUP_SOURCE_VERSION_MISMATCH AGENT_UPDATE "The files of the agent's setup do not fit the version it names.";
    0x8024_D006 WU_E_SETUP_TARGET_VERSION_GREATER NONE "The agent on the device is newer than the one offered.";
    0x8024_D007 WU_E_SETUP_REGISTRATION_FAILED AGENT_UPDATE "Files of the new agent could not be registered.";
    0x8024_D008 WU_E_SELFUPDATE_SKIP_ON_FAILURE RETRY "The agent's self-update failed before and is skipped for now.";
    0x8024_D009 WU_E_SETUP_SKIP_UPDATE NONE "The agent's update is skipped, as its setup information says.";
    0x8024_D00A WU_E_SETUP_UNSUPPORTED_CONFIGURATION NOT_FOR_DEVICE "This configuration of the device is not supported by the agent's setup.";
    0x8024_D00B WU_E_SETUP_BLOCKED_CONFIGURATION NOT_FOR_DEVICE "The agent's setup is blocked on this configuration.";
    0x8024_D00C WU_E_SETUP_REBOOT_TO_FIX RESTART "The agent's setup needs a restart to repair itself.";
    0x8024_D00D WU_E_SETUP_ALREADYRUNNING WAIT "The agent's setup is running already.";
    0x8024_D00E WU_E_SETUP_REBOOTREQUIRED RESTART "The agent's setup needs a restart.";
    0x8024_D00F WU_E_SETUP_HANDLER_EXEC_FAILURE AGENT_UPDATE "A part of the agent's setup could not be run.";
    0x8024_D010 WU_E_SETUP_INVALID_REGISTRY_DATA AGENT_UPDATE "The registry holds invalid data of the agent's setup.";
    0x8024_D011 WU_E_SELFUPDATE_REQUIRED AGENT_UPDATE "The agent must be updated before the device can scan.";
    0x8024_D012 WU_E_SELFUPDATE_REQUIRED_ADMIN AGENT_UPDATE "The agent must be updated, and only an administrator can.";
    0x8024_D013 WU_E_SETUP_WRONG_SERVER_VERSION ADDRESS "The agent of this version cannot be updated by this server.";
    0x8024_D014 WU_E_SETUP_DEFERRABLE_REBOOT_PENDING RESTART "A restart is pending; it can be put off.";
    0x8024_D015 WU_E_SETUP_NON_DEFERRABLE_REBOOT_PENDING RESTART "A restart is pending and cannot be put off.";
    0x8024_D016 WU_E_SETUP_FAIL AGENT_UPDATE "The agent's setup failed.";
    0x8024_DFFF WU_E_SETUP_UNEXPECTED AGENT_UPDATE "An unexpected error of the agent's setup.";
}
