//! Offline scans (0x80247xxx) and the trust in metadata (0x802471xx).

use super::codes;

codes! {
    0x8024_7001 WU_E_OL_INVALID_SCANFILE TAMPERED "The file of an offline scan is invalid.";
    0x8024_7002 WU_E_OL_NEWCLIENT_REQUIRED AGENT_UPDATE "The file of an offline scan needs a newer agent.";
    0x8024_7003 WU_E_INVALID_EVENT_PAYLOAD REPORT "An event's content is invalid.";
    0x8024_7004 WU_E_INVALID_EVENT_PAYLOADSIZE REPORT "An event's content is too large.";
    0x8024_7005 WU_E_SERVICE_NOT_REGISTERED POLICY "The update service is not registered on the device.";
    0x8024_7100 WU_E_METADATA_NOOP NONE "There was no metadata to verify.";
    0x8024_7101 WU_E_METADATA_CONFIG_INVALID_BINARY_ENCODING SERVER "The settings for verifying metadata are not encoded properly.";
    0x8024_7102 WU_E_METADATA_FETCH_CONFIG NETWORK "The settings for verifying metadata could not be fetched.";
    0x8024_7104 WU_E_METADATA_INVALID_PARAMETER INTERNAL "Metadata were to be verified with an invalid argument.";
    0x8024_7105 WU_E_METADATA_UNEXPECTED INTERNAL "An unexpected error while verifying metadata.";
    0x8024_7106 WU_E_METADATA_NO_VERIFICATION_DATA METADATA "The metadata have no signature, and the device demands one.";
    0x8024_7107 WU_E_METADATA_BAD_FRAGMENTSIGNING_CONFIG SERVER "The settings for signed metadata are invalid.";
    0x8024_7108 WU_E_METADATA_FAILURE_PROCESSING_FRAGMENTSIGNING_CONFIG SERVER "The settings for signed metadata could not be processed.";
    0x8024_7120 WU_E_METADATA_XML_MISSING SERVER "The settings for verifying metadata are missing.";
    0x8024_7121 WU_E_METADATA_XML_FRAGMENTSIGNING_MISSING SERVER "The settings for signed metadata are missing.";
    0x8024_7122 WU_E_METADATA_XML_MODE_MISSING SERVER "The mode of verifying metadata is missing.";
    0x8024_7123 WU_E_METADATA_XML_MODE_INVALID SERVER "The mode of verifying metadata is invalid.";
    0x8024_7124 WU_E_METADATA_XML_VALIDITY_INVALID SERVER "The period of validity of signed metadata is invalid.";
    0x8024_7125 WU_E_METADATA_XML_LEAFCERT_MISSING SERVER "The certificate of signed metadata is missing.";
    0x8024_7126 WU_E_METADATA_XML_INTERMEDIATECERT_MISSING SERVER "The intermediate certificate of signed metadata is missing.";
    0x8024_7127 WU_E_METADATA_XML_LEAFCERT_ID_MISSING SERVER "The certificate of signed metadata has no identifier.";
    0x8024_7128 WU_E_METADATA_XML_BASE64CERDATA_MISSING SERVER "The certificate of signed metadata has no content.";
    0x8024_7140 WU_E_METADATA_BAD_SIGNATURE TAMPERED "The signature of metadata is wrong.";
    0x8024_7141 WU_E_METADATA_UNSUPPORTED_HASH_ALG AGENT_UPDATE "The signature of metadata uses a digest the device does not know.";
    0x8024_7142 WU_E_METADATA_SIGNATURE_VERIFY_FAILED TAMPERED "The signature of metadata could not be verified.";
    0x8024_7150 WU_E_METADATATRUST_CERTIFICATECHAIN_VERIFICATION SIGNATURE "The certificates of signed metadata could not be verified.";
    0x8024_7151 WU_E_METADATATRUST_UNTRUSTED_CERTIFICATECHAIN SIGNATURE "The certificates of signed metadata are not trusted.";
    0x8024_7160 WU_E_METADATA_TIMESTAMP_TOKEN_MISSING CLOCK "The time stamp of metadata is missing.";
    0x8024_7161 WU_E_METADATA_TIMESTAMP_TOKEN_VERIFICATION_FAILED CLOCK "The time stamp of metadata could not be verified.";
    0x8024_7162 WU_E_METADATA_TIMESTAMP_TOKEN_UNTRUSTED SIGNATURE "The time stamp of metadata is not trusted.";
    0x8024_7163 WU_E_METADATA_TIMESTAMP_TOKEN_VALIDITY_WINDOW CLOCK "The time stamp of metadata is outside of its validity.";
    0x8024_7164 WU_E_METADATA_TIMESTAMP_TOKEN_SIGNATURE TAMPERED "The signature of a time stamp is wrong.";
    0x8024_7165 WU_E_METADATA_TIMESTAMP_TOKEN_CERTCHAIN SIGNATURE "The certificates of a time stamp are not trusted.";
    0x8024_7166 WU_E_METADATA_TIMESTAMP_TOKEN_REFRESHONLINE NETWORK "A newer time stamp could not be fetched.";
    0x8024_7167 WU_E_METADATA_TIMESTAMP_TOKEN_ALL_BAD CLOCK "None of the time stamps is good.";
    0x8024_7168 WU_E_METADATA_TIMESTAMP_TOKEN_NODATA RETRY "There is no time stamp to check.";
    0x8024_7169 WU_E_METADATA_TIMESTAMP_TOKEN_CACHELOOKUP RETRY "The kept time stamp could not be read.";
    0x8024_717E WU_E_METADATA_TIMESTAMP_TOKEN_VALIDITYWINDOW_UNEXPECTED CLOCK "The validity of a time stamp is not as expected.";
    0x8024_717F WU_E_METADATA_TIMESTAMP_TOKEN_UNEXPECTED INTERNAL "An unexpected error with a time stamp.";
    0x8024_7180 WU_E_METADATA_CERT_MISSING SIGNATURE "The certificate of signed metadata is not on the device.";
    0x8024_7181 WU_E_METADATA_LEAFCERT_BAD_TRANSPORT_ENCODING SERVER "The certificate of signed metadata is not encoded properly.";
    0x8024_7182 WU_E_METADATA_INTCERT_BAD_TRANSPORT_ENCODING SERVER "The intermediate certificate of signed metadata is not encoded properly.";
    0x8024_7183 WU_E_METADATA_CERT_UNTRUSTED SIGNATURE "The certificate of signed metadata is not trusted.";
    0x8024_7FFF WU_E_OL_UNEXPECTED RETRY "An unexpected error of an offline scan.";
}
