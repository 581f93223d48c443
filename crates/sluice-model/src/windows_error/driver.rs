//! Drivers: the agent's driver part (0x8024Cxxx) and driver setup (0x800F01xx, 0x800F02xx).

use super::codes;

codes! {
    0x800F_0100 SPAPI_E_WRONG_INF_STYLE DRIVER "The driver's INF file is of the wrong style.";
    0x800F_0101 SPAPI_E_SECTION_NOT_FOUND DRIVER "A section of the driver's INF file is missing.";
    0x800F_0102 SPAPI_E_LINE_NOT_FOUND DRIVER "A line of the driver's INF file is missing.";
    0x800F_0200 SPAPI_E_NO_ASSOCIATED_CLASS DRIVER "The driver's INF file names no class.";
    0x800F_0201 SPAPI_E_CLASS_MISMATCH DRIVER "The driver is for another class of hardware.";
    0x800F_0203 SPAPI_E_NO_DRIVER_SELECTED DRIVER "No driver is selected for the hardware.";
    0x800F_0204 SPAPI_E_KEY_DOES_NOT_EXIST DRIVER "A registry key of the hardware does not exist.";
    0x800F_0206 SPAPI_E_INVALID_CLASS DRIVER "The class of the hardware is invalid.";
    0x800F_020A SPAPI_E_NO_INF DRIVER "There is no INF file for the hardware.";
    0x800F_020B SPAPI_E_NO_SUCH_DEVINST DRIVER "The hardware is no longer there.";
    0x800F_020D SPAPI_E_INVALID_CLASS_INSTALLER DRIVER "The installer of the hardware's class is invalid.";
    0x800F_0214 SPAPI_E_DI_BAD_PATH DRIVER "The path of the driver is invalid.";
    0x800F_0217 SPAPI_E_BAD_SERVICE_INSTALLSECT DRIVER "The service section of the driver's INF file is invalid.";
    0x800F_0219 SPAPI_E_NO_ASSOCIATED_SERVICE DRIVER "The driver installs no service for the hardware.";
    0x800F_021E SPAPI_E_NO_SUCH_INTERFACE_CLASS DRIVER "The interface class of the hardware does not exist.";
    0x800F_0223 SPAPI_E_NO_CONFIGMGR_SERVICES RESTART "The service that installs hardware is not available.";
    0x800F_0227 SPAPI_E_INVALID_COINSTALLER DRIVER "An additional installer of the driver is invalid.";
    0x800F_0228 SPAPI_E_NO_COMPAT_DRIVERS NOT_FOR_DEVICE "There is no compatible driver for the hardware.";
    0x800F_022B SPAPI_E_DI_DONT_INSTALL DRIVER "The installer of the hardware's class refused the driver.";
    0x800F_022D SPAPI_E_NON_WINDOWS_NT_DRIVER NOT_FOR_DEVICE "The driver is not for this family of Windows.";
    0x800F_022F SPAPI_E_NO_CATALOG_FOR_OEM_INF DRIVER_SIGN "The driver has no catalog, so it is not signed.";
    0x800F_0233 SPAPI_E_INVALID_TARGET DRIVER "The target of the driver is invalid.";
    0x800F_0234 SPAPI_E_DRIVER_NONNATIVE NOT_FOR_DEVICE "The driver is for another processor architecture.";
    0x800F_0235 SPAPI_E_IN_WOW64 NOT_FOR_DEVICE "The installer is for 32 bits and the device is not.";
    0x800F_023D SPAPI_E_INF_IN_USE_BY_DEVICES DRIVER "The driver is in use by hardware.";
    0x800F_023F SPAPI_E_NO_AUTHENTICODE_CATALOG DRIVER_SIGN "The driver's catalog has no Authenticode signature.";
    0x800F_0240 SPAPI_E_AUTHENTICODE_DISALLOWED DRIVER_SIGN "The driver's kind of signature is not allowed by policy.";
    0x800F_0241 SPAPI_E_AUTHENTICODE_TRUSTED_PUBLISHER DRIVER_SIGN "The driver is signed by a trusted publisher, which is not enough here.";
    0x800F_0242 SPAPI_E_AUTHENTICODE_TRUST_NOT_ESTABLISHED DRIVER_SIGN "The publisher of the driver is not trusted yet.";
    0x800F_0243 SPAPI_E_AUTHENTICODE_PUBLISHER_NOT_TRUSTED DRIVER_SIGN "The publisher of the driver is not trusted.";
    0x800F_0244 SPAPI_E_SIGNATURE_OSATTRIBUTE_MISMATCH DRIVER_SIGN "The driver is not signed for this version of Windows.";
    0x800F_0246 SPAPI_E_DEVICE_INSTALLER_NOT_READY RESTART "The installer of hardware is not ready.";
    0x800F_0247 SPAPI_E_DRIVER_STORE_ADD_FAILED DRIVER "The driver could not be put into the driver store.";
    0x800F_0248 SPAPI_E_DEVICE_INSTALL_BLOCKED POLICY "A policy blocks installing this hardware.";
    0x800F_0249 SPAPI_E_DRIVER_INSTALL_BLOCKED POLICY "Installing this driver is blocked.";
    0x800F_024A SPAPI_E_WRONG_INF_TYPE DRIVER "The INF file is of the wrong type.";
    0x800F_024B SPAPI_E_FILE_HASH_NOT_IN_CATALOG DRIVER_SIGN "A file of the driver is not in its signed catalog: changed or damaged.";
    0x800F_024C SPAPI_E_DRIVER_STORE_DELETE_FAILED DRIVER "The driver could not be removed from the driver store.";
    0x8024_C001 WU_E_DRV_PRUNED NOT_FOR_DEVICE "The driver was skipped: the device has a better one.";
    0x8024_C002 WU_E_DRV_NOPROP_OR_LEGACY DRIVER "A property of the hardware is missing, or it uses an old kind of driver.";
    0x8024_C003 WU_E_DRV_REG_MISMATCH DRIVER "The registry of the hardware does not fit the driver.";
    0x8024_C004 WU_E_DRV_NO_METADATA METADATA "The driver lacks metadata.";
    0x8024_C005 WU_E_DRV_MISSING_ATTRIBUTE METADATA "The driver lacks an attribute.";
    0x8024_C006 WU_E_DRV_SYNC_FAILED RETRY "The scan for drivers failed.";
    0x8024_C007 WU_E_DRV_NO_PRINTER_CONTENT CONTENT "There is no content for the printer.";
    0x8024_C008 WU_E_DRV_DEVICE_PROBLEM DRIVER "The hardware reports a problem after its driver was installed.";
    0x8024_CFFF WU_E_DRV_UNEXPECTED DRIVER "An unexpected error with a driver.";
}
