//! Update handlers, which install (0x80242xxx).

use super::codes;

codes! {
    0x8024_2000 WU_E_UH_REMOTEUNAVAILABLE RETRY "The process that installs updates is not there.";
    0x8024_2001 WU_E_UH_LOCALONLY INTERNAL "This kind of update can only be installed in the agent itself.";
    0x8024_2002 WU_E_UH_UNKNOWNHANDLER AGENT_UPDATE "The device does not know how to install this kind of update.";
    0x8024_2003 WU_E_UH_REMOTEALREADYACTIVE WAIT "The process that installs updates exists already.";
    0x8024_2004 WU_E_UH_DOESNOTSUPPORTACTION NOT_FOR_DEVICE "The update cannot be installed, or cannot be removed.";
    0x8024_2005 WU_E_UH_WRONGHANDLER METADATA "The update names the wrong way of installing it.";
    0x8024_2006 WU_E_UH_INVALIDMETADATA RESET_STORE "The metadata of the update are invalid on the device.";
    0x8024_2007 WU_E_UH_INSTALLERHUNG INSTALLER "The installer did not end within its time and was stopped.";
    0x8024_2008 WU_E_UH_OPERATIONCANCELLED USER "The installation was cancelled.";
    0x8024_2009 WU_E_UH_BADHANDLERXML METADATA "The part of the metadata that says how to install is invalid.";
    0x8024_200A WU_E_UH_CANREQUIREINPUT NOT_FOR_DEVICE "The update may ask the user something, so it cannot be installed unattended.";
    0x8024_200B WU_E_UH_INSTALLERFAILURE INSTALLER "The installer of the update failed.";
    0x8024_200C WU_E_UH_FALLBACKTOSELFCONTAINED CONTENT "The differences did not fit; the whole files are downloaded instead.";
    0x8024_200D WU_E_UH_NEEDANOTHERDOWNLOAD CONTENT "The update must be downloaded again before it can be installed.";
    0x8024_200E WU_E_UH_NOTIFYFAILURE REPORT "The installer could not tell the agent how it goes.";
    0x8024_200F WU_E_UH_INCONSISTENT_FILE_NAMES METADATA "File names in the metadata and in the package differ.";
    0x8024_2010 WU_E_UH_FALLBACKERROR CONTENT "Changing to the whole files instead of differences failed.";
    0x8024_2011 WU_E_UH_TOOMANYDOWNLOADREQUESTS CONTENT "The installer asked for more downloads than are allowed.";
    0x8024_2012 WU_E_UH_UNEXPECTEDCBSRESPONSE STORE "Windows servicing answered in an unexpected way.";
    0x8024_2013 WU_E_UH_BADCBSPACKAGEID METADATA "The identity of the package in the metadata is invalid.";
    0x8024_2014 WU_E_UH_POSTREBOOTSTILLPENDING WAIT "The work after the restart is still going on.";
    0x8024_2015 WU_E_UH_POSTREBOOTRESULTUNKNOWN CBS_LOG "The result of the work after the restart is not known.";
    0x8024_2016 WU_E_UH_POSTREBOOTUNEXPECTEDSTATE CBS_LOG "After the restart the update is in an unexpected state.";
    0x8024_2017 WU_E_UH_NEW_SERVICING_STACK_REQUIRED STACK "A newer servicing stack must be installed first.";
    0x8024_2018 WU_E_UH_CALLED_BACK_FAILURE CBS_LOG "Windows servicing reported a failure.";
    0x8024_2019 WU_E_UH_CUSTOMINSTALLER_INVALID_SIGNATURE SIGNATURE "The signature of a custom installer is invalid.";
    0x8024_201A WU_E_UH_UNSUPPORTED_INSTALLCONTEXT NOT_FOR_DEVICE "The update cannot be installed in this context (device or user).";
    0x8024_201B WU_E_UH_INVALID_TARGETSESSION USER "The user's session for the installation is not valid.";
    0x8024_201C WU_E_UH_DECRYPTFAILURE CONTENT "The update could not be decrypted.";
    0x8024_201D WU_E_UH_HANDLER_DISABLEDUNTILREBOOT RESTART "Updates of this kind cannot be installed before a restart.";
    0x8024_201E WU_E_UH_APPX_NOT_PRESENT NOT_FOR_DEVICE "The part of Windows that installs apps is missing.";
    0x8024_201F WU_E_UH_NOTREADYTOCOMMIT WAIT "The update is not ready to be committed.";
    0x8024_2020 WU_E_UH_APPX_INVALID_PACKAGE_VOLUME DISK "The volume for the app's package is invalid.";
    0x8024_2021 WU_E_UH_APPX_DEFAULT_PACKAGE_VOLUME_UNAVAILABLE DISK "The usual volume for apps is not available.";
    0x8024_2022 WU_E_UH_APPX_INSTALLED_PACKAGE_VOLUME_UNAVAILABLE DISK "The volume where the app is installed is not available.";
    0x8024_2023 WU_E_UH_APPX_PACKAGE_FAMILY_NOT_FOUND NOT_FOR_DEVICE "The app is not on the device.";
    0x8024_2024 WU_E_UH_APPX_SYSTEM_VOLUME_NOT_FOUND DISK "The system's volume for apps was not found.";
    0x8024_2FFF WU_E_UH_UNEXPECTED CBS_LOG "An unexpected error while installing.";
}
