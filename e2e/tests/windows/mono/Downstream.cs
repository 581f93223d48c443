// A downstream server as .NET would be one: its proxies are generated from the published contracts (ASMX), the technology
// of a real WSUS. Each run synchronizes, prints what came, and keeps its anchors for the next: the first run is a
// complete synchronization, those after it are delta ones.
//
//     mono Downstream.exe ROOT GUID STATE PRODUCT CLASSIFICATION
//
// ROOT: http://host:port or https://host:port. GUID: of a server that is approved there. STATE: file with the anchors.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;

public static class Downstream
{
    static ServerSyncProxy sync;
    static Cookie cookie;

    public static int Main(string[] arguments)
    {
        string root = arguments[0], guid = arguments[1], state = arguments[2];
        Guid product = new Guid(arguments[3]), classification = new Guid(arguments[4]);
        // Configuration, categories, updates, deployments.
        string[] anchors = File.Exists(state) ? File.ReadAllLines(state) : new string[4];
        bool delta = anchors[0] != null;
        // Whom to trust is not what is tested here.
        ServicePointManager.ServerCertificateValidationCallback = delegate { return true; };
        sync = new ServerSyncProxy { Url = root + "/ServerSyncWebService/ServerSyncWebService.asmx" };
        var config = sync.GetAuthConfig();
        var auth = new Authorization.DssAuthWebService { Url = root + "/" + config.AuthInfo[0].ServiceUrl };
        var ticket = auth.GetAuthorizationCookie("mono.example.org", guid, null);
        cookie = sync.GetCookie(
            new[] { new AuthorizationCookie { PlugInId = ticket.PlugInId, CookieData = ticket.CookieData } }, null, "1.20");
        var limits = sync.GetConfigData(cookie, anchors[0]);
        Console.WriteLine("languages " + limits.LanguageUpdateList.Length);

        var configuration = sync.GetRevisionIdList(
            cookie, new ServerSyncFilter { GetConfig = true, Get63LanguageOnly = false, Anchor = anchors[1] });
        var updates = sync.GetRevisionIdList(cookie, new ServerSyncFilter
        {
            GetConfig = false,
            Get63LanguageOnly = false,
            Anchor = anchors[2],
            Categories = new[] { new IdAndDelta { Id = product, Delta = delta } },
            Classifications = new[] { new IdAndDelta { Id = classification, Delta = delta } },
            Languages = new[] { new LanguageAndDelta { Id = 1033, Delta = delta } },
        });
        Console.WriteLine("configuration " + configuration.NewRevisions.Length);
        Print("update", updates.NewRevisions.Select(id => id.UpdateID + " " + id.RevisionNumber));

        var wanted = new List<UpdateIdentity>();
        wanted.AddRange(configuration.NewRevisions);
        wanted.AddRange(updates.NewRevisions);
        int documents = 0;
        while (wanted.Count > 0)
        {
            var batch = wanted.GetRange(0, Math.Min(limits.MaxNumberOfUpdatesPerRequest, wanted.Count));
            var data = sync.GetUpdateData(cookie, batch.ToArray());
            foreach (var update in data.updates)
            {
                if (string.IsNullOrEmpty(update.XmlUpdateBlob) && update.XmlUpdateBlobCompressed == null)
                    throw new Exception("no document for " + update.Id.UpdateID);
                wanted.RemoveAll(id => id.UpdateID == update.Id.UpdateID && id.RevisionNumber == update.Id.RevisionNumber);
                documents++;
            }
        }
        Console.WriteLine("documents " + documents);

        var decisions = sync.GetDeployments(cookie, anchors[3], updates.Anchor);
        Console.WriteLine("groups " + decisions.Groups.Length);
        Print("deployment", decisions.Deployments.Select(one => one.UpdateId + " action " + one.Action));
        Console.WriteLine("dead " + decisions.DeadDeployments.Length);
        File.WriteAllLines(
            state, new[] { limits.NewConfigAnchor, configuration.Anchor, updates.Anchor, decisions.Anchor });
        return 0;
    }

    static void Print(string what, IEnumerable<string> lines)
    {
        foreach (var line in lines.OrderBy(line => line, StringComparer.Ordinal))
            Console.WriteLine(what + " " + line);
    }
}
