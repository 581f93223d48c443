//! Inventory (0x80249xxx), evaluation of applicability rules (0x8024Exxx) and the reporter (0x8024Fxxx).

use super::codes;

codes! {
    0x8024_9001 WU_E_INVENTORY_PARSEFAILED REPORT "The rules of the inventory could not be read.";
    0x8024_9002 WU_E_INVENTORY_GET_INVENTORY_TYPE_FAILED REPORT "The server did not say which inventory it wants.";
    0x8024_9003 WU_E_INVENTORY_RESULT_UPLOAD_FAILED REPORT "The inventory could not be sent.";
    0x8024_9004 WU_E_INVENTORY_UNEXPECTED REPORT "An unexpected error of the inventory.";
    0x8024_9005 WU_E_INVENTORY_WMI_ERROR WMI "WMI failed while the inventory was made.";
    0x8024_E001 WU_E_EE_UNKNOWN_EXPRESSION METADATA "A rule uses an expression the device does not know.";
    0x8024_E002 WU_E_EE_INVALID_EXPRESSION METADATA "A rule contains an invalid expression.";
    0x8024_E003 WU_E_EE_MISSING_METADATA METADATA "A rule has the wrong number of parts.";
    0x8024_E004 WU_E_EE_INVALID_VERSION RESET_STORE "A stored rule is of an unknown version.";
    0x8024_E005 WU_E_EE_NOT_INITIALIZED INTERNAL "The evaluation of rules could not be started.";
    0x8024_E006 WU_E_EE_INVALID_ATTRIBUTEDATA METADATA "A rule has an invalid attribute.";
    0x8024_E007 WU_E_EE_CLUSTER_ERROR RETRY "The state of the cluster the device is in could not be found out.";
    0x8024_EFFF WU_E_EE_UNEXPECTED RETRY "An unexpected error while evaluating rules.";
    0x8024_F001 WU_E_REPORTER_EVENTCACHECORRUPT REPORT "The device's queue of events is damaged.";
    0x8024_F002 WU_E_REPORTER_EVENTNAMESPACEPARSEFAILED REPORT "The description of events could not be read.";
    0x8024_F003 WU_E_INVALID_EVENT REPORT "An event is invalid.";
    0x8024_F004 WU_E_SERVER_BUSY SERVER_BUSY "The server did not take an event because it was too busy.";
    0x8024_F005 WU_E_CALLBACK_COOKIE_NOT_FOUND INTERNAL "A callback was not registered.";
    0x8024_FFFF WU_E_REPORTER_UNEXPECTED REPORT "An unexpected error of the reporter.";
}
