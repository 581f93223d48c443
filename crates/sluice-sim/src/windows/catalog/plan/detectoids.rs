//! Detectoids: gates that others need, and those that only a look at the machine needs.

use sluice_model::id::UpdateId;
use sluice_wsus::update::document::Revision;

use super::super::document::DocumentKind;
use super::super::ids::{ARM, ARM64, X64, X86};
use super::super::month::Month;
use super::categories::Gate;
use super::rules::{
    and, attribute, key_exists, not, number, or, os_build, processor, program_file, text, version, windows,
};
use super::{Clause, Handler, Item, Planner, Properties, Rules, Text};

const CURRENT: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const DOTNET: &str = r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full";
/// `Release` of .NET 4.8 and 4.8.1, at least.
const DOTNET_48: u32 = 528_040;
const DOTNET_481: u32 = 533_320;

/// Gates that updates name: any Windows 10.0, workstations, servers.
pub(super) const ANY: &str = "gate any";
pub(super) const CLIENT: &str = "gate client";
pub(super) const SERVER: &str = "gate server";
/// .NET 4.8 without 4.8.1, and 4.8.1.
pub(super) const NET_48: &str = "gate .NET 4.8";
pub(super) const NET_481: &str = "gate .NET 4.8.1";
/// Not a Surface Hub.
pub(super) const NOT_TEAM: &str = "gate not team";

impl Planner<'_> {
    /// The identity of a gate by its name here.
    pub(super) fn gate(&self, name: &str) -> UpdateId {
        self.ids.update(name, 0)
    }

    /// The identity of the gate of a release of Windows, below [`CLIENT`] or [`SERVER`].
    pub(super) fn build_gate(&self, above: &str, build: u32) -> UpdateId {
        self.ids.update(&format!("{above} build {build}"), 0)
    }

    /// Adds them, behind products and each other.
    pub(super) fn detectoids(&mut self, products: &[Gate]) {
        let mut gates = self.named_gates();
        let named = gates.len();
        let closed: Vec<Gate> = products.iter().filter(|gate| !gate.open).copied().collect();
        for filler in named..self.shape.gates {
            let id = self.ids.update("gate", filler);
            // Every product is needed by some gate, also those that are there.
            let product = products.get(filler % products.len().max(1));
            let above = product.map(|gate| Clause::Any(vec![gate.id])).into_iter().collect();
            let rule = absent(filler * 3, self.ids.uuid("gate rule", filler).to_string());
            self.detectoid(id, &format!("Gate {filler}"), above, rule);
            gates.push(Gate { id, open: false });
        }
        let roots = self.shape.root_detectoids.saturating_sub(ROOT_GATES);
        for root in 0..roots {
            let id = self.ids.update("root detectoid", root);
            self.detectoid(id, &format!("Language or release {root}"), Vec::new(), root_rule(root));
        }
        let open: Vec<Gate> = products.iter().chain(&gates).filter(|gate| gate.open).copied().collect();
        let shut: Vec<Gate> = closed.into_iter().chain(gates.into_iter().filter(|gate| !gate.open)).collect();
        for leaf in 0..self.shape.leaf_detectoids.saturating_sub(roots) {
            let id = self.ids.update("detectoid", leaf);
            let behind = if leaf < self.shape.open_detectoids { &open } else { &shut };
            let mut above: Vec<Clause> =
                behind.get(leaf % behind.len().max(1)).map(|gate| Clause::One(gate.id)).into_iter().collect();
            if leaf % 3 == 0 {
                above.insert(0, Clause::One(self.gate(ANY)));
            }
            let rule = absent(leaf, self.ids.uuid("detectoid rule", leaf).to_string());
            self.detectoid(id, &format!("Detectoid {leaf}"), above, rule);
        }
    }

    /// Gates that machines pass, with the rules that facts are made for.
    fn named_gates(&mut self) -> Vec<Gate> {
        let mut gates = Vec::new();
        let mut add = |planner: &mut Self, id, name: &str, above: Vec<UpdateId>, rule: String, open| {
            planner.detectoid(id, name, above.into_iter().map(Clause::One).collect(), rule);
            gates.push(Gate { id, open });
        };
        for (id, name, architecture) in
            [(X64, "x64-based systems", 9), (X86, "x86", 0), (ARM64, "ARM64", 12), (ARM, "ARM", 5)]
        {
            add(self, UpdateId(id), name, Vec::new(), processor(architecture), architecture == 9);
        }
        let (any, client, server) = (self.gate(ANY), self.gate(CLIENT), self.gate(SERVER));
        let (workstation, servers) = (windows("GreaterThanOrEqualTo", 0, 1), windows("GreaterThanOrEqualTo", 0, 3));
        add(self, any, "Windows 10.0", Vec::new(), or(&[workstation.clone(), servers.clone()]), true);
        add(self, client, "Windows 10.0 clients", Vec::new(), workstation, true);
        add(self, server, "Windows 10.0 servers", Vec::new(), servers, false);
        for (build, above) in BUILDS {
            let kind = if above == CLIENT { "Client" } else { "Server" };
            let rule = and(&[
                text(CURRENT, "CurrentBuild", "EqualTo", &build.to_string()),
                // `Server Core` is a server, too.
                text(CURRENT, "InstallationType", "BeginsWith", kind),
            ]);
            let (id, above) = (self.build_gate(above, build), vec![self.gate(above)]);
            add(self, id, &format!("Windows {kind} build {build}"), above, rule, build == 26200);
        }
        for (number, edition) in EDITIONS.into_iter().enumerate() {
            let above = vec![if edition.starts_with("Server") { server } else { client }];
            let rule = text(CURRENT, "EditionID", "EqualTo", edition);
            add(self, self.ids.update("gate edition", number), edition, above, rule, edition == "Professional");
        }
        let net = |comparison, release| number(DOTNET, "Release", comparison, release);
        let (older, newer) = (net("LessThan", DOTNET_481), net("GreaterThanOrEqualTo", DOTNET_481));
        let (net_48, net_481) = (self.gate(NET_48), self.gate(NET_481));
        add(self, net_48, ".NET 4.8", vec![any], and(&[net("GreaterThanOrEqualTo", DOTNET_48), older]), false);
        add(self, net_481, ".NET 4.8.1", vec![any], newer, true);
        for (number, language) in ["en-us", "de-de", "nl-nl", "fr-fr"].into_iter().enumerate() {
            let rule = format!("<bar:MuiLanguageInstalled Language=\"{language}\" />");
            add(self, self.ids.update("gate language", number), language, vec![any], rule, number == 0);
        }
        let installed = text(r"SYSTEM\CurrentControlSet\Control\Nls\Language", "InstallLanguage", "EqualTo", "0409");
        add(self, self.gate("gate 0409"), "Installed in English", vec![any], installed, true);
        let session_host = attribute("IsRemoteDesktopSessionHost", "String", "EqualTo", "1");
        add(self, self.gate("gate session host"), "Not a session host", vec![any], not(&session_host), true);
        let team = attribute("OSSkuId", "String", "EqualTo", "119");
        add(self, self.gate(NOT_TEAM), "Not a Surface Hub", vec![client], not(&team), true);
        let branch = attribute("CurrentBranch", "String", "EqualTo", "ge_release");
        add(self, self.gate("gate branch"), "Branch ge_release", vec![client], branch, true);
        gates
    }

    fn detectoid(&mut self, id: UpdateId, title: &str, prerequisites: Vec<Clause>, rule: String) {
        let number = self.items.len();
        self.items.push(Item {
            revision: Revision { id, number: 100 + u32::try_from(number % 3).unwrap_or(0) },
            kind: DocumentKind::Detectoid,
            published: Month::before_newest(12 + number % 150).date(number),
            properties: Properties::default(),
            texts: vec![Text { language: "en", title: title.to_owned(), description: title.to_owned() }],
            prerequisites,
            bundled: Vec::new(),
            superseded: Vec::new(),
            rules: Some(Rules { installed: rule, ..Rules::default() }),
            files: Vec::new(),
            handler: Handler::None,
        });
    }
}

/// Gates without prerequisites: processors, any, clients, servers.
const ROOT_GATES: usize = 7;

/// Releases and the gate above.
const BUILDS: [(u32, &str); 11] = [
    (22000, CLIENT),
    (22621, CLIENT),
    (22631, CLIENT),
    (26100, CLIENT),
    (26200, CLIENT),
    (19044, CLIENT),
    (19045, CLIENT),
    (17763, SERVER),
    (20348, SERVER),
    (25398, SERVER),
    (26100, SERVER),
];

const EDITIONS: [&str; 7] =
    ["Core", "Professional", "Education", "Enterprise", "IoTEnterprise", "ServerStandard", "ServerDatacenter"];

/// Languages and old releases, of which a Windows of today is none.
fn root_rule(number: usize) -> String {
    const LANGUAGES: [&str; 24] = [
        "ar", "cs", "da", "de", "el", "es", "fi", "fr", "he", "hu", "it", "ja", "ko", "nl", "no", "pl", "pt", "pt-br",
        "ro-ro", "ru", "sv", "tr", "zh-cn", "zh-tw",
    ];
    if let Some(language) = LANGUAGES.get(number) {
        return format!("<bar:WindowsLanguage Language=\"{language}\" />");
    }
    let build = 2195 + number * 13;
    let old = format!(
        "<bar:WindowsVersion Comparison=\"EqualTo\" MajorVersion=\"6\" MinorVersion=\"{}\" BuildNumber=\"{build}\" />",
        number % 4
    );
    let suite = not("<bar:WindowsVersion AllSuitesMustBePresent=\"true\" SuiteMask=\"128\" />");
    let internet = r"SOFTWARE\Microsoft\Internet Explorer";
    match number % 3 {
        0 => and(&[suite, old]),
        1 => and(&[
            version(internet, "Version", "LessThan", &format!("{}.50.0.0", 5 + number % 4)),
            version(internet, "Version", "GreaterThanOrEqualTo", &format!("{}.0.0.0", 5 + number % 4)),
        ]),
        _ => and(&[suite, or(&[old, key_exists(&format!(r"SOFTWARE\Microsoft\Updates\Windows\SP{number}"))])]),
    }
}

/// A rule about software that no machine has, of one of ten forms.
fn absent(number_of: usize, guid: String) -> String {
    let key = format!(r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{{{guid}}}");
    let product = format!(r"SOFTWARE\Microsoft\Product{number_of}\Settings");
    let release = format!("{}.{}.{}.0", 1 + number_of % 17, number_of % 10, number_of % 9973);
    let client = windows("GreaterThanOrEqualTo", 10240, 1);
    match number_of % 10 {
        0 => and(&[client, key_exists(&key)]),
        1 => and(&[client, version(&key, "DisplayVersion", "GreaterThanOrEqualTo", &release)]),
        2 => and(&[
            version(&product, "ProductVersion", "GreaterThanOrEqualTo", &release),
            not(&version(&product, "ProductVersion", "GreaterThanOrEqualTo", "99.0.0.0")),
        ]),
        3 => or(&[
            program_file(&format!("Product{number_of}\\product.exe"), "GreaterThanOrEqualTo", &release),
            program_file(&format!("Product{number_of}\\bin\\host.dll"), "GreaterThanOrEqualTo", &release),
        ]),
        4 => and(&[client, number(&product, "ServicePackLevel", "GreaterThanOrEqualTo", 1)]),
        5 => format!("<msiar:MsiProductInstalled ProductCode=\"{{{guid}}}\" VersionMin=\"{release}\" />"),
        6 => and(&[
            client,
            format!(
                "<bar:WmiQuery Namespace=\"root\\cimv2\" WqlQuery=\"select Model from Win32_ComputerSystem where Model = 'Model {number_of}'\" />"
            ),
        ]),
        7 => and(&[
            attribute("DL_OSVersion", "Version", "LessThan", &format!("9.{}.0.0", number_of % 10)),
            text(&product, "Channel", "EqualTo", &format!("Channel{number_of}")),
        ]),
        8 => {
            let inside = "<bar:RegSz Key=\"HKEY_LOOP_TARGET\" Value=\"Edition\" Comparison=\"BeginsWith\" Data=\"Enterprise\" />";
            format!(
                "<bar:RegKeyLoop Key=\"HKEY_LOCAL_MACHINE\" Subkey=\"{product}\" TrueIf=\"Any\">{inside}</bar:RegKeyLoop>"
            )
        }
        _ => and(&os_build(14000 + u32::try_from(number_of % 400).unwrap_or(0))),
    }
}
