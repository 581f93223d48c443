// A downstream server as .NET would be one: its proxies are generated from the published contracts (ASMX), the technology
// of a real WSUS. It makes a complete first synchronization and a delta one, and prints what it found.
//
//     mono Downstream.exe ROOT GUID
//
// ROOT: http://host:port or https://host:port. GUID: of a server that is approved there.

using System;
using System.Collections.Generic;
using System.Net;

public static class Downstream
{
    static ServerSyncProxy sync;
    static Cookie cookie;

    public static int Main(string[] arguments)
    {
        string root = arguments[0], guid = arguments[1];
        // Whom to trust is not what is tested here.
        ServicePointManager.ServerCertificateValidationCallback = delegate { return true; };
        sync = new ServerSyncProxy { Url = root + "/ServerSyncWebService/ServerSyncWebService.asmx" };
        var config = sync.GetAuthConfig();
        var auth = new Authorization.DssAuthWebService { Url = root + "/" + config.AuthInfo[0].ServiceUrl };
        var ticket = auth.GetAuthorizationCookie("mono.example.org", guid, null);
        cookie = sync.GetCookie(
            new[] { new AuthorizationCookie { PlugInId = ticket.PlugInId, CookieData = ticket.CookieData } }, null, "1.20");
        var limits = sync.GetConfigData(cookie, null);
        Console.WriteLine("languages " + limits.LanguageUpdateList.Length);

        var categories = Filter(true, null);
        var updates = Filter(false, null);
        Console.WriteLine("configuration " + categories.NewRevisions.Length + " updates " + updates.NewRevisions.Length);
        var wanted = new List<UpdateIdentity>();
        wanted.AddRange(categories.NewRevisions);
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
        var decisions = sync.GetDeployments(cookie, null, updates.Anchor);
        Console.WriteLine("groups " + decisions.Groups.Length);

        int delta = Filter(true, categories.Anchor).NewRevisions.Length + Filter(false, updates.Anchor).NewRevisions.Length;
        Console.WriteLine("delta " + delta);
        Console.WriteLine("unchanged languages " + sync.GetConfigData(cookie, limits.NewConfigAnchor).LanguageUpdateList.Length);
        return 0;
    }

    static RevisionIdList Filter(bool configuration, string anchor)
    {
        return sync.GetRevisionIdList(
            cookie, new ServerSyncFilter { GetConfig = configuration, Get63LanguageOnly = false, Anchor = anchor });
    }
}
