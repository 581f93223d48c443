//! What an administrator does next. Codes with one cause share one text.

pub(super) const NONE: &str = "Nothing: this is not a failure.";
pub(super) const RETRY: &str = "The device tries again at its next scan. If it comes back, restart the Windows Update service on it and read the end of the log of `Get-WindowsUpdateLog`.";
pub(super) const INTERNAL: &str = "This is a fault inside the device's Windows Update. Restart the device; if the code comes back, install the newest servicing stack update on it and read the log of `Get-WindowsUpdateLog`.";
pub(super) const RESTART: &str = "Restart the device, then let it scan again.";
pub(super) const WAIT: &str = "Wait until the other operation is over; the device goes on by itself.";
pub(super) const USER: &str =
    "Someone or something on the device stopped it. It is tried again at the next scan or deadline.";
pub(super) const POLICY: &str = "A policy of the device forbids it. Compare its Windows Update policies (`gpresult /h`, Intune) with what `sluice client-policy windows` writes.";
pub(super) const SERVICE: &str = "On the device, set the services `wuauserv`, `bits` and `dosvc` to their default start type and start them; look for a policy or a tuning tool that disables them.";
pub(super) const METADATA: &str = "The metadata of the update is at fault, not the device. Look for the update in the quarantine, synchronize it again, and report it to its vendor if it stays so.";
pub(super) const RESET_STORE: &str = "The device's own record of updates is damaged. Stop `wuauserv` and `bits`, rename `%windir%\\SoftwareDistribution`, start them again; the next scan is a full one.";
pub(super) const STORE: &str = "Repair the component store of the device: `DISM /Online /Cleanup-Image /RestoreHealth`, then `sfc /scannow`, restart, try again. `%windir%\\Logs\\CBS\\CBS.log` names the damaged part.";
pub(super) const CBS_LOG: &str = "Read the end of `%windir%\\Logs\\CBS\\CBS.log` on the device; the first error there names the component. If it names corruption, run `DISM /Online /Cleanup-Image /RestoreHealth`.";
pub(super) const STACK: &str = "Deploy the newest servicing stack update (or the newest cumulative update, which contains it) to the device first.";
pub(super) const DISK: &str = "Free disk space on the device: system drive first, at least 20 GB for a feature update. `cleanmgr` and Storage Sense remove old update files.";
pub(super) const MEMORY: &str =
    "The device ran out of memory. Close programs or restart it; give virtual machines more memory.";
pub(super) const ACCESS: &str = "Something on the device denied access: look at security software, at the permissions of `%windir%\\SoftwareDistribution`, and that the services run as Local System.";
pub(super) const RIGHTS: &str = "Start it as an administrator, or let the Windows Update service do it.";
pub(super) const NETWORK: &str = "Check that the device reaches this server: name, port 8531 (8530), firewall, proxy. `Test-NetConnection <server> -Port 8531` on the device tells.";
pub(super) const NAME: &str = "The device cannot resolve the server's name. Check `WUServer` in its policy for typing errors and its DNS settings (`Resolve-DnsName <server>`).";
pub(super) const PROXY: &str = "Check the proxy of the machine, not of the user (`netsh winhttp show advproxy`). Exempt this server from the proxy: it is in your own network.";
pub(super) const TIMEOUT: &str = "The server or something between answered too late. Check the network between device and server, and this site's load on its status page.";
pub(super) const SERVER: &str =
    "Look at this server's log and alerts at the time of the event; the device tries again by itself.";
pub(super) const SERVER_BUSY: &str = "Nothing on the device: it waits and tries again. If many devices report it, look at this server's load and limits.";
pub(super) const ADDRESS: &str = "`WUServer` must be this server's address and port only, without a path (https://server:8531). Write the policy again with `sluice client-policy windows`.";
pub(super) const CACHE: &str = "Nothing: the device throws its cache away and scans in full. If it repeats at each scan, two servers may answer under one name.";
pub(super) const TRIPS: &str = "The scan needed more than 200 answers and was broken off. It continues at the next scan. Decline superseded updates and select fewer products if it stays.";
pub(super) const CLOCK: &str =
    "Set the device's clock right (`w32tm /resync`), and check the dates of the server's certificate.";
pub(super) const TRUST_SERVER: &str = "The device does not trust this server's certificate. Install the site's certificate authority in `LocalMachine\\Root` (it is in what `sluice client-policy windows` writes).";
pub(super) const CERT_NAME: &str = "The name in `WUServer` is not in the server's certificate. Use a name that is, or give the server a certificate with that name.";
pub(super) const REVOCATION: &str = "The device cannot ask whether a certificate is revoked. Let it reach the addresses in the certificate, or use a certificate that names none.";
pub(super) const TLS: &str = "Device and server found no common TLS version or cipher. Enable TLS 1.2 for the machine (Schannel), and install the device's pending updates by hand if Windows is old.";
pub(super) const SIGNATURE: &str = "The file is not signed by someone the device trusts. Nothing was installed. Delete the download; check root certificate updates on the device, and for third-party updates `Trusted Publishers`.";
pub(super) const TAMPERED: &str = "Nothing was installed. Look for a proxy, cache or security product that changes downloads; check the stored content with `sluice doctor`.";
pub(super) const CONTENT: &str = "Check that this server holds the update's files and that the device reaches `/Content` on it; it fetches them again.";
pub(super) const BITS: &str = "Check the services `bits` and `dosvc` on the device and what stands in the event log of Bits-Client; the download is tried again.";
pub(super) const DELIVERY: &str = "Check Delivery Optimization on the device (`Get-DeliveryOptimizationStatus`): service `dosvc` running, mode fitting the network; firewalls must pass byte ranges.";
pub(super) const RANGES: &str = "A proxy between device and server does not pass byte ranges. Exempt this server from the proxy, or let the proxy pass `Range` requests.";
pub(super) const POWER: &str = "Connect the device to power; it goes on by itself.";
pub(super) const METERED: &str = "The connection is marked as metered. Connect the device to another network, or allow downloads over metered connections by policy.";
pub(super) const NOT_FOR_DEVICE: &str = "The update does not apply to this device as it is now. Let it scan again; if it is still offered, look at why under Explain.";
pub(super) const SUPERSEDED: &str =
    "The device's record is older than the catalog. Let it scan again; the update may be superseded or declined.";
pub(super) const EULA: &str = "Accept the licence terms of the update for this deployment, or leave it out.";
pub(super) const INSTALLER: &str =
    "Read the log of the program's installer on the device; the update's own installer failed, not Windows Update.";
pub(super) const MSI_LOG: &str = "Read the Windows Installer log (`%windir%\\Temp\\MSI*.log`, event log Application, source MsiInstaller): the line before `Return value 3` names the cause.";
pub(super) const MSI_SOURCE: &str =
    "The original installation source is missing. Make it reachable, or reinstall the product with its full package.";
pub(super) const MSI_SERVICE: &str =
    "Check that the service `msiserver` is not disabled on the device, and restart the device.";
pub(super) const MSI_PACKAGE: &str = "The package does not fit the installed product. Check that product version, edition and language of device and update agree.";
pub(super) const DRIVER: &str = "Look at the device's hardware in Device Manager and at `%windir%\\INF\\setupapi.dev.log`; the section of the driver names the cause.";
pub(super) const DRIVER_SIGN: &str =
    "The driver's signature is not accepted. Deploy another version, or ask its vendor for a signed one.";
pub(super) const SETUP: &str = "Run SetupDiag on the device, or read `setupact.log` and `setuperr.log` in `C:\\$WINDOWS.~BT\\Sources\\Panther`: they name what stopped the feature update.";
pub(super) const COMPAT: &str = "The device is not ready for this version of Windows. The `CompatData*.xml` files in `C:\\$WINDOWS.~BT\\Sources\\Panther` name what blocks it.";
pub(super) const SETUP_DRIVER: &str = "Windows was rolled back, most often because of a driver. Update or remove third-party drivers, security and encryption software, unplug devices, then try again.";
pub(super) const AGENT_UPDATE: &str = "The device's Windows Update agent is too old or half updated. Install the newest servicing stack or cumulative update on it by hand.";
pub(super) const REPORT: &str = "Only the report was affected: the device reports again at its next scan.";
pub(super) const WMI: &str =
    "Check WMI on the device: `winmgmt /verifyrepository`; `winmgmt /salvagerepository` repairs it.";
pub(super) const UNKNOWN: &str =
    "Look the code up at Microsoft, and read the device's log (`Get-WindowsUpdateLog`) at the time of the event.";
