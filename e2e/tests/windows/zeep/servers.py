"""Drives every operation that servers further down call, as an independent SOAP toolkit understands the published
contracts (strict: unknown, missing or misplaced elements of an answer are errors).

    servers.py CONTRACTS SERVER AUTHORITY GUID

CONTRACTS: the folder with the WSDL files. SERVER: https://host:port. AUTHORITY: PEM of the authority its certificate
chains to. GUID: of a server that is approved there. Prints one JSON object per operation and SOAP version; exit status
1 when anything is not as it should be.
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

CONTRACTS, SERVER, AUTHORITY, GUID = sys.argv[1:5]
SOFTWARE = "{http://www.microsoft.com/SoftwareDistribution}"
DSS = "{http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService}"
NOW = datetime.datetime.now(datetime.timezone.utc)
NEVER = datetime.datetime(1753, 1, 1, tzinfo=datetime.timezone.utc)
ZERO = "00000000-0000-0000-0000-000000000000"
failed = False


def client(contract):
    session = requests.Session()
    session.verify = AUTHORITY
    session.trust_env = False
    return Client(f"{CONTRACTS}/{contract}.wsdl", transport=Transport(session=session, timeout=30),
                  settings=Settings(strict=True))


def binding(of, suffix):
    """The binding of a contract for a version of SOAP, whatever it is called."""
    names = [name for name in of.wsdl.bindings if name.endswith("12") == bool(suffix)]
    return names[0]


def say(version, operation, outcome, **more):
    print(json.dumps({"soap": version, "operation": operation, "outcome": outcome, **more}, default=str), flush=True)


def check(version, operation, call, judge=lambda answer: None):
    """Calls an operation; `judge` raises when the answer makes no sense."""
    global failed
    try:
        answer = call()
        judge(answer)
        say(version, operation, "answered")
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
    contracts = {name: client(name) for name in ("serversync", "dssauth", "reporting")}
    paths = {
        "serversync": "/ServerSyncWebService/ServerSyncWebService.asmx",
        "dssauth": "//DssAuthWebService/DssAuthWebService.asmx",
        "reporting": "/ReportingWebService/ReportingWebService.asmx",
    }
    services = {name: of.create_service(binding(of, suffix), f"{SERVER}{paths[name]}") for name, of in contracts.items()}
    sync, auth, reporting = services["serversync"], services["dssauth"], services["reporting"]

    def one_plug_in(config):
        expect(config.AuthInfo.AuthPlugInInfo[0].PlugInID == "DssTargeting", config)

    check(version, "GetAuthConfig", lambda: sync.GetAuthConfig(), one_plug_in)
    ticket = check(version, "GetAuthorizationCookie", lambda: auth.GetAuthorizationCookie(
        accountName="zeep.example.org", accountGuid=GUID))
    refused(version, "stranger", "InvalidParameters", lambda: auth.GetAuthorizationCookie(
        accountName="stranger.example.org", accountGuid=str(uuid.uuid4())))
    tickets = {"AuthorizationCookie": [{"PlugInId": ticket.PlugInId, "CookieData": ticket.CookieData}]}
    cookie = check(version, "GetCookie", lambda: sync.GetCookie(authCookies=tickets, protocolVersion="1.20"))
    cookie = {"Expiration": cookie.Expiration, "EncryptedData": cookie.EncryptedData}
    refused(version, "another protocol", "IncompatibleProtocolVersion",
            lambda: sync.GetCookie(authCookies=tickets, protocolVersion="2.0"))

    def limits(config):
        expect(config.MaxNumberOfUpdatesPerRequest == 100 and config.ProtocolVersion == "1.20", config)
        expect(config.LanguageUpdateList.ServerSyncLanguageData[0].ShortLanguage == "all", config)

    config = check(version, "GetConfigData", lambda: sync.GetConfigData(cookie=cookie), limits)
    check(version, "GetConfigData again", lambda: sync.GetConfigData(
        cookie=cookie, configAnchor=config.NewConfigAnchor),
        lambda again: expect(not again.LanguageUpdateList, again))

    def listed(answer):
        return answer.NewRevisions.UpdateIdentity if answer.NewRevisions else []

    filter_ = {"GetConfig": True, "Get63LanguageOnly": False}
    configuration = check(version, "GetRevisionIdList configuration",
                          lambda: sync.GetRevisionIdList(cookie=cookie, filter=filter_),
                          lambda answer: expect(listed(answer), answer))
    filter_ = {"GetConfig": False, "Get63LanguageOnly": False}
    updates = check(version, "GetRevisionIdList updates",
                    lambda: sync.GetRevisionIdList(cookie=cookie, filter=filter_),
                    lambda answer: expect(listed(answer), answer))
    delta = {**filter_, "Anchor": updates.Anchor}
    check(version, "GetRevisionIdList delta", lambda: sync.GetRevisionIdList(cookie=cookie, filter=delta),
          lambda answer: expect(not listed(answer), answer))
    refused(version, "foreign anchor", "InvalidParameters", lambda: sync.GetRevisionIdList(
        cookie=cookie, filter={**filter_, "Anchor": "9438,2026-10-04 16:33:26.668"}))

    documents = {}
    wanted = [{"UpdateID": i.UpdateID, "RevisionNumber": i.RevisionNumber}
              for i in listed(configuration) + listed(updates)]
    while wanted:
        batch = wanted[:100]
        data = check(version, "GetUpdateData", lambda: sync.GetUpdateData(
            cookie=cookie, updateIds={"UpdateIdentity": batch}))
        if data is None:
            break
        for update in data.updates.ServerSyncUpdateData:
            expect(update.XmlUpdateBlob or update.XmlUpdateBlobCompressed, update.Id)
            documents[update.Id.UpdateID.lower(), update.Id.RevisionNumber] = update
        wanted = [i for i in wanted if (i["UpdateID"].lower(), i["RevisionNumber"]) not in documents]
    say(version, "documents", "answered", documents=len(documents))
    unknown = {"UpdateIdentity": [{"UpdateID": ZERO, "RevisionNumber": 1}]}
    refused(version, "unknown revision", "InternalServerError",
            lambda: sync.GetUpdateData(cookie=cookie, updateIds=unknown))
    digests = [d for u in documents.values() if u.FileDigestList for d in u.FileDigestList.base64Binary]
    check(version, "DownloadFiles", lambda: sync.DownloadFiles(
        cookie=cookie, fileDigestList={"base64Binary": digests[:1]}))
    refused(version, "unknown file", "FileDigestsMissing", lambda: sync.DownloadFiles(
        cookie=cookie, fileDigestList={"base64Binary": [bytes(20)]}))
    check(version, "GetUpdateDecryptionData", lambda: sync.GetUpdateDecryptionData(
        cookie=cookie, updateIds={"UpdateIdentity": [{"UpdateID": ZERO, "RevisionNumber": 1}]}))
    decisions = check(version, "GetDeployments", lambda: sync.GetDeployments(
        cookie=cookie, syncAnchor=updates.Anchor),
        lambda answer: expect(len(answer.Groups.ServerSyncTargetGroup) >= 2, answer))
    check(version, "GetDeployments again", lambda: sync.GetDeployments(
        cookie=cookie, deploymentAnchor=decisions.Anchor, syncAnchor=updates.Anchor))
    drivers = check(version, "GetDriverIdList", lambda: sync.GetDriverIdList(cookie=cookie, filter={}),
                    lambda answer: expect(answer.Anchor and not answer.NewDriverSets, answer))
    check(version, "GetDriverIdList again", lambda: sync.GetDriverIdList(
        cookie=cookie, filter={"Anchor": drivers.Anchor}))
    refused(version, "drivers of hardware", "InvalidParameters", lambda: sync.GetDriverIdList(
        cookie=cookie, filter={"PnpHardwareIds": {"HardwareIdAndDelta": [{"Id": "PCI", "Delta": False}]}}))
    check(version, "GetDriverSetData", lambda: sync.GetDriverSetData(cookie=cookie, driverSets={"guid": []}))
    refused(version, "driver set", "InvalidParameters", lambda: sync.GetDriverSetData(
        cookie=cookie, driverSets={"guid": [ZERO]}))
    check(version, "GetRelatedRevisionsForUpdates",
          lambda: sync.GetRelatedRevisionsForUpdates(cookie=cookie, updateIDs={"guid": [ZERO]}))
    for name, service in services.items():
        check(version, f"Ping {name}", lambda: service.Ping(pingLevel=1))

    forever = {"Expiration": datetime.datetime(9999, 12, 31, 23, 59, 59), "EncryptedData": b""}

    def told(configuration):
        expect(configuration.DoDetailedRollup and configuration.RollupComputersMaxBatchSize == 1500, configuration)

    check(version, "GetRollupConfiguration", lambda: reporting.GetRollupConfiguration(cookie=forever), told)
    counters = contracts["reporting"].get_type(f"{SOFTWARE}DownstreamServerRollupServerSummary")
    summary = {name: 1 for name, _ in counters.elements}
    check(version, "RollupDownstreamServers", lambda: reporting.RollupDownstreamServers(
        cookie=forever, clientTime=NOW, downstreamServers={"DownstreamServerRollupInfo": [{
            "ServerId": GUID, "FullDomainName": "zeep.example.org", "LastSyncTime": NOW, "ParentServerId": ZERO,
            "Version": "10.0.26100.1", "IsReplica": False, "LastRollupTime": NOW, "ServerSummary": summary,
            "ClientSummaries": {"DownstreamServerRollupClientSummary": []}}]}))
    name = f"pc-{suffix or '11'}"
    details = {
        "IPAddress": "192.0.2.9", "FullDomainName": name, "OSMajorVersion": 10, "OSMinorVersion": 0,
        "OSBuildNumber": 26100, "OSServicePackMajorNumber": 0, "OSServicePackMinorNumber": 0, "OSLocale": "en-US",
        "OSFamily": "Windows", "OSDescription": "Windows 11", "ComputerMake": "Example", "ComputerModel": "Model 1",
        "BiosVersion": "1", "BiosName": "BIOS", "BiosReleaseDate": NOW, "ProcessorArchitecture": "AMD64",
        "SuiteMask": 256, "OldProductType": 1, "NewProductType": 48, "SystemMetrics": 0, "ClientVersion": "10.0.1.2",
        "TargetGroupIdList": {"guid": []}, "RequestedTargetGroupNames": {"string": []},
    }
    computer = {
        "ComputerId": name, "LastSyncTime": NOW, "LastSyncResult": 1, "LastReportedRebootTime": NEVER,
        "LastReportedStatusTime": NOW, "LastInventoryTime": NEVER, "ParentServerId": GUID,
    }
    check(version, "RollupComputers new", lambda: reporting.RollupComputers(
        cookie=forever, clientTime=NOW, computers={"ComputerRollupInfo": [computer]}),
        lambda answer: expect(answer[0].Change == "NewParent", answer))
    check(version, "RollupComputers", lambda: reporting.RollupComputers(
        cookie=forever, clientTime=NOW, computers={"ComputerRollupInfo": [{**computer, "Details": details}]}),
        lambda answer: expect(not answer, answer))
    numbers = {"ComputerLastRollupNumber": [{"ComputerId": name, "RollupNumber": 1}]}
    check(version, "GetOutOfSyncComputers", lambda: reporting.GetOutOfSyncComputers(
        cookie=forever, parentServerId=GUID, lastRollupNumbers=numbers),
        lambda answer: expect(list(answer) == [name], answer))
    update = listed(updates)[0].UpdateID
    status = {"ComputerStatusRollupInfo": [{
        "InstanceId": str(uuid.uuid4()), "ComputerId": name, "EffectiveLastDetectionTime": NOW, "RollupNumber": 1,
        "IsFullRollup": True, "UpdateStatus": {"ComputerStatusRollupUpdateStatus": [
            {"UpdateId": update, "SummarizationState": 2, "LastChangeTime": NOW}]}}]}
    check(version, "RollupComputerStatus", lambda: reporting.RollupComputerStatus(
        cookie=forever, clientTime=NOW, parentServerId=GUID, computers=status),
        lambda answer: expect(answer is True, answer))
    check(version, "GetOutOfSyncComputers again", lambda: reporting.GetOutOfSyncComputers(
        cookie=forever, parentServerId=GUID, lastRollupNumbers=numbers),
        lambda answer: expect(not answer, answer))


for version, suffix in (("1.1", ""), ("1.2", "12")):
    run(version, suffix)
sys.exit(1 if failed else 0)
