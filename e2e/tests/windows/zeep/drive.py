"""Drives every operation that Windows agents call, as an independent SOAP toolkit understands the published
contracts (strict: unknown, missing or misplaced elements of an answer are errors).

    drive.py CONTRACTS SERVER AUTHORITY

CONTRACTS: the folder with the WSDL files. SERVER: https://host:port. AUTHORITY: PEM of the authority its certificate
chains to. Prints one JSON object per operation and SOAP version; exit status 1 when anything is not as it should be.
"""

import datetime
import json
import sys
import traceback
import uuid

import requests
from zeep import Client, Settings
from zeep.exceptions import Fault
from zeep.transports import Transport

CONTRACTS, SERVER, AUTHORITY = sys.argv[1:4]
CLIENT = "{http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService}"
SIMPLE = "{http://www.microsoft.com/SoftwareDistribution/Server/SimpleAuthWebService}"
REPORTING = "{http://www.microsoft.com/SoftwareDistribution}"
NOW = datetime.datetime.now(datetime.timezone.utc)
ZERO = "00000000-0000-0000-0000-000000000000"
failed = False


def service(contract, binding, path):
    session = requests.Session()
    session.verify = AUTHORITY
    session.trust_env = False
    client = Client(f"{CONTRACTS}/{contract}.wsdl", transport=Transport(session=session, timeout=30),
                    settings=Settings(strict=True))
    return client.create_service(binding, f"{SERVER}{path}")


def say(version, operation, outcome, **more):
    print(json.dumps({"soap": version, "operation": operation, "outcome": outcome, **more}, default=str), flush=True)


def check(version, operation, call, judge=lambda answer: None):
    """Calls an operation; `judge` raises when the answer makes no sense."""
    global failed
    try:
        answer = call()
        more = judge(answer) or {}
        say(version, operation, "answered", **more)
        return answer
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        failed = True
        say(version, operation, "failed", error=f"{type(error).__name__}: {error}"[:500],
            trace=traceback.format_exc(limit=3)[-900:])
        return None


def refused(version, operation, code, call):
    """An operation that must be refused with an error code in the fault's detail."""
    global failed
    try:
        call()
        failed = True
        say(version, operation, "failed", error=f"should have been refused with {code}")
    except Fault as fault:
        found = fault.detail.findtext("ErrorCode") if fault.detail is not None else None
        if found == code:
            say(version, operation, "refused", code=code)
        else:
            failed = True
            say(version, operation, "failed", error=f"refused with {found} instead of {code}: {fault}")


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def run(version, suffix):
    agent = service("client", f"{CLIENT}ClientSoap{suffix}", "/ClientWebService/client.asmx")
    simple = service("simpleauth", f"{SIMPLE}SimpleAuthSoap{suffix}", "/SimpleAuthWebService/SimpleAuth.asmx")
    reporting = service("reporting", f"{REPORTING}WebServiceSoap{suffix}",
                        "/ReportingWebService/ReportingWebService.asmx")
    identity = str(uuid.uuid4())

    def properties(config):
        values = {p.Name: p.Value for p in config.Properties.ConfigurationProperty}
        expect(values["MaxExtendedUpdatesPerRequest"] == "50" and values["ProtocolVersion"] == "3.2", values)
        expect(len(config.AuthInfo.AuthPlugInInfo) == 1, config.AuthInfo)
        return {"properties": values}

    config = check(version, "GetConfig", lambda: agent.GetConfig(protocolVersion="2.90"), properties)
    ticket = check(version, "GetAuthorizationCookie", lambda: simple.GetAuthorizationCookie(
        clientId=identity, targetGroupName=None, dnsName=f"zeep{suffix or '11'}.example.org"))
    cookie = check(version, "GetCookie", lambda: agent.GetCookie(
        authCookies={"AuthorizationCookie": [{"PlugInId": ticket.PlugInId, "CookieData": ticket.CookieData}]},
        oldCookie={"Expiration": NOW}, lastChange=config.LastChange, currentTime=NOW, protocolVersion="2.90"))
    cookie = {"Expiration": cookie.Expiration, "EncryptedData": cookie.EncryptedData}
    software = {"ExpressQuery": False, "SkipSoftwareSync": False}
    refused(version, "SyncUpdates before registration", "RegistrationRequired",
            lambda: agent.SyncUpdates(cookie=cookie, parameters=software))
    check(version, "RegisterComputer", lambda: agent.RegisterComputer(cookie=cookie, computerInfo={
        "DnsName": f"zeep{suffix or '11'}.example.org", "OSMajorVersion": 10, "OSMinorVersion": 0,
        "OSBuildNumber": 26200, "OSServicePackMajorNumber": 0, "OSServicePackMinorNumber": 0, "OSLocale": "en-US",
        "ComputerManufacturer": "Example", "ComputerModel": "Model 1", "BiosVersion": "1", "BiosName": "BIOS",
        "BiosReleaseDate": NOW, "ProcessorArchitecture": "AMD64", "SuiteMask": 256, "OldProductType": 1,
        "NewProductType": 48, "SystemMetrics": 0, "ClientVersionMajorNumber": 1507,
        "ClientVersionMinorNumber": 2601, "ClientVersionBuildNumber": 30012, "ClientVersionQfeNumber": 0,
    }))
    category = "dd78b8a1-0b20-45c1-add6-4da72e9364cf"
    check(version, "StartCategoryScan", lambda: agent.StartCategoryScan(
        requestedCategories={"CategoryRelationship": [{"IndexOfAndGroup": 0, "CategoryId": category}]}))

    # The software rounds, as far as a machine gets that takes everything without dependents for not installed and
    # everything else for installed.
    installed, other, cores = [], [], {}
    rounds = 0
    while rounds < 200:
        parameters = dict(software)
        if installed:
            parameters["InstalledNonLeafUpdateIDs"] = {"int": installed}
        if other:
            parameters["OtherCachedUpdateIDs"] = {"int": other}
        round_ = check(version, "SyncUpdates", lambda: agent.SyncUpdates(cookie=cookie, parameters=parameters))
        if round_ is None:
            break
        rounds += 1
        cookie = {"Expiration": round_.NewCookie.Expiration, "EncryptedData": round_.NewCookie.EncryptedData}
        new = round_.NewUpdates.UpdateInfo if round_.NewUpdates else []
        for update in new:
            cores[update.ID] = update
            (other if update.IsLeaf else installed).append(update.ID)
        if not round_.Truncated and all(update.IsLeaf for update in new):
            break
    parents = [u for u in cores.values() if u.Deployment.Action in ("PreDeploymentCheck", "Install")]
    say(version, "scan", "answered", rounds=rounds, updates=len(cores), parents=len(parents))
    check(version, "SyncUpdates drivers", lambda: agent.SyncUpdates(cookie=cookie, parameters={
        "ExpressQuery": False, "SkipSoftwareSync": True,
        "SystemSpec": {"Device": [{
            "HardwareIDs": {"string": ["PCI\\VEN_8086&DEV_1539", "PCI\\VEN_8086"]},
            "CompatibleIDs": {"string": ["PCI\\CC_0200"]}, "installedDriver": None}]},
    }))
    some = [u.ID for u in parents][:50] or list(cores)[:50] or [1]
    check(version, "GetExtendedUpdateInfo", lambda: agent.GetExtendedUpdateInfo(
        cookie=cookie, revisionIDs={"int": some},
        infoTypes={"XmlUpdateFragmentType": ["Extended", "LocalizedProperties"]}, locales={"string": ["en-US", "en"]}))
    check(version, "GetExtendedUpdateInfo2", lambda: agent.GetExtendedUpdateInfo2(
        cookie=cookie, updateIDs={"UpdateIdentity": [{"UpdateID": category, "RevisionNumber": 202}]},
        infoTypes={"XmlUpdateFragmentType": ["FileUrl"]}, locales={"string": ["en"]}))
    check(version, "GetFileLocations", lambda: agent.GetFileLocations(
        cookie=cookie, fileDigests={"base64Binary": [bytes(20)]}))
    check(version, "RefreshCache", lambda: agent.RefreshCache(
        cookie=cookie, globalIDs={"UpdateIdentity": [{"UpdateID": category, "RevisionNumber": 202}]}))
    check(version, "SyncPrinterCatalog", lambda: agent.SyncPrinterCatalog(
        cookie=cookie, installedNonLeafUpdateIDs={"int": [1]}, printerUpdateIDs={"int": [1]}))

    def event(number, misc):
        return {
            "BasicData": {"TargetID": {"Sid": identity}, "SequenceNumber": 0, "TimeAtTarget": NOW,
                          "EventInstanceID": str(uuid.uuid4()), "NamespaceID": 1, "EventID": number, "SourceID": 101,
                          "UpdateID": {"UpdateID": ZERO, "RevisionNumber": 0}, "Win32HResult": 0,
                          "AppName": "zeep"},
            "ExtendedData": {"ReplacementStrings": {"string": ["0"]}, "MiscData": {"string": misc},
                             "ComputerBrand": "Example", "ComputerModel": "Model 1", "BiosRevision": "1",
                             "ProcessorArchitecture": "Amd64Compatible",
                             "OSVersion": {"Major": 10, "Minor": 0, "Build": 26200, "Revision": 0,
                                           "ServicePackMajor": 0, "ServicePackMinor": 0},
                             "OSLocaleID": 1033, "DeviceID": ""},
            "PrivateData": {"ComputerDnsName": "", "UserAccountName": ""},
        }

    def batch(build):
        try:
            return build(event)
        except TypeError:
            def bare(number, misc):
                one = event(number, misc)
                one["PrivateData"] = {}
                return one
            return build(bare)

    def taken(answer):
        expect(answer is True, f"the batch was answered with {answer!r}")

    check(version, "ReportEventBatch", lambda: batch(lambda make: reporting.ReportEventBatch(
        cookie=cookie, clientTime=NOW, eventBatch={"ReportingEvent": [make(147, []), make(156, [])]})), taken)
    # Nothing in it proves who reports.
    refused(version, "ReportEventBatch2", "InvalidCookie", lambda: batch(lambda make: reporting.ReportEventBatch2(
        computerId=identity, clientTime=NOW, eventBatch={"ReportingEvent": [make(147, [])]})))
    check(version, "GetRequiredInventoryType", lambda: reporting.GetRequiredInventoryType(
        cookie=cookie, rulesId=ZERO, rulesVersion="1.0"))
    check(version, "ReportInventory", lambda: reporting.ReportInventory(
        cookie=cookie, clientTime=NOW, inventory={"IsCompressed": False, "RawXml": "<Inventory/>"}))
    check(version, "Ping", lambda: reporting.Ping(pingLevel=1))
    forged = {"Expiration": NOW, "EncryptedData": b"A" * 224}
    refused(version, "forged cookie", "InvalidCookie",
            lambda: agent.SyncUpdates(cookie=forged, parameters=software))
    many = {**software, "InstalledNonLeafUpdateIDs": {"int": list(range(1, 402))}}
    refused(version, "401 installed ids", "InvalidParameters",
            lambda: agent.SyncUpdates(cookie=cookie, parameters=many))
    check(version, "400 installed ids", lambda: agent.SyncUpdates(cookie=cookie, parameters={
        **software, "InstalledNonLeafUpdateIDs": {"int": list(range(1, 401))}}))


for version, suffix in (("1.1", ""), ("1.2", "12")):
    run(version, suffix)
sys.exit(1 if failed else 0)
