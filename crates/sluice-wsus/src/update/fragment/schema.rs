//! Derivation is total over the schema's constructs: whatever they are made of and however prefixes are declared, the
//! fragments are those a plain walk over the tree of elements writes.

use proptest::prelude::*;

use super::super::document::UpdateDocument;
use super::super::rule_examples::{Example, LEAVES};
use super::super::rules::Applicability;

const NAMESPACES: [(&str, &str); 8] = [
    ("upd", "http://schemas.microsoft.com/msus/2002/12/Update"),
    ("bar", "http://schemas.microsoft.com/msus/2002/12/BaseApplicabilityRules"),
    ("lar", "http://schemas.microsoft.com/msus/2002/12/LogicalApplicabilityRules"),
    ("msiar", "http://schemas.microsoft.com/msus/2002/12/MsiApplicabilityRules"),
    ("cbsar", "http://schemas.microsoft.com/msus/2002/12/CbsApplicabilityRules"),
    ("drv", "http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/WindowsDriver"),
    ("cmd", "http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation"),
    ("xsi", "http://www.w3.org/2001/XMLSchema-instance"),
];

#[derive(Clone, Debug, Default)]
struct Node {
    space: &'static str,
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Node>,
    text: String,
    /// Written as it stands, in both forms.
    verbatim: &'static str,
}

fn node(space: &'static str, name: &'static str) -> Node {
    Node { space, name, ..Node::default() }
}

impl Node {
    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    fn holding(mut self, children: Vec<Node>) -> Self {
        self.children = children;
        self
    }

    fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }
}

/// How a document is written; it makes no difference to the fragments.
#[derive(Clone, Debug)]
struct Style {
    /// Which prefix is the default namespace instead.
    default: &'static str,
    /// Declare on every element instead of on the root.
    local: bool,
    /// Quotes.
    quote: char,
    /// Between elements.
    space: &'static str,
    /// `<a></a>` for empty elements.
    long: bool,
}

fn uri(prefix: &str) -> &'static str {
    NAMESPACES.iter().find(|(own, _)| *own == prefix).unwrap().1
}

fn document(node: &Node, style: &Style, root: bool, out: &mut String) {
    if !node.verbatim.is_empty() {
        out.push_str(node.verbatim);
        return;
    }
    let is_default = node.space == style.default;
    let name = if is_default { node.name.to_owned() } else { format!("{}:{}", node.space, node.name) };
    out.push_str(&format!("<{name}"));
    let declared: Vec<&str> = match (root, style.local) {
        (true, false) => NAMESPACES.iter().map(|(prefix, _)| *prefix).collect(),
        (_, true) => vec![node.space, "xsi"],
        (false, false) => vec![],
    };
    for prefix in declared {
        let attribute = if prefix == style.default { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
        out.push_str(&format!(" {attribute}={0}{1}{0}", style.quote, uri(prefix)));
    }
    for (name, value) in &node.attributes {
        out.push_str(&format!(" {name}={0}{1}{0}", style.quote, value_text(value, style.quote)));
    }
    if node.children.is_empty() && node.text.is_empty() && !style.long {
        out.push_str("/>");
        return;
    }
    out.push('>');
    out.push_str(&text(&node.text));
    for child in &node.children {
        out.push_str(style.space);
        document(child, style, false, out);
    }
    if !node.children.is_empty() {
        out.push_str(style.space);
    }
    out.push_str(&format!("</{name}>"));
}

/// What [MS-WUSP] 3.1.1.1 makes of an element, by walking the tree.
fn fragment(node: &Node, core: bool, style: &Style, out: &mut String) {
    if !node.verbatim.is_empty() {
        out.push_str(node.verbatim);
        return;
    }
    let prefix = match node.space {
        "bar" if core => "b.",
        "msiar" if core => "m.",
        "drv" if core => "d.",
        _ => "",
    };
    out.push_str(&format!("<{prefix}{}", node.name));
    for (name, value) in &node.attributes {
        let name = name.rsplit(':').next().unwrap();
        out.push_str(&format!(" {name}=\"{}\"", value_text(value, style.quote).replace('"', "&quot;")));
    }
    if node.children.is_empty() && node.text.is_empty() {
        out.push_str(" />");
        return;
    }
    out.push('>');
    out.push_str(&text(&node.text));
    node.children.iter().for_each(|child| fragment(child, core, style, out));
    out.push_str(&format!("</{prefix}{}>", node.name));
}

fn text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn value_text(value: &str, quote: char) -> String {
    let value = text(value);
    if quote == '"' { value.replace('"', "&quot;") } else { value.replace('\'', "&apos;") }
}

fn styles() -> impl Strategy<Value = Style> {
    (
        prop::sample::select(vec!["upd", "bar", "lar", "none"]),
        any::<bool>(),
        prop::sample::select(vec!['"', '\'']),
        prop::sample::select(vec!["", "\n  ", "<!-- between -->", "<?pi?> "]),
        any::<bool>(),
    )
        .prop_map(|(default, local, quote, space, long)| Style { default, local, quote, space, long })
}

fn leaf((space, name, attributes, children): &Example) -> Node {
    let mut leaf = node(space, name);
    leaf.attributes = attributes.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    leaf.children = children.iter().map(|(name, content)| node(space, name).text(*content)).collect();
    leaf
}

fn rules() -> impl Strategy<Value = Node> {
    let leaf = (0..LEAVES.len()).prop_map(|at| leaf(&LEAVES[at]));
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..5).prop_map(|rules| node("lar", "And").holding(rules)),
            prop::collection::vec(inner.clone(), 1..5).prop_map(|rules| node("lar", "Or").holding(rules)),
            inner.clone().prop_map(|rule| node("lar", "Not").holding(vec![rule])),
            inner.prop_map(|rule| node("bar", "RegKeyLoop")
                .with("Key", "HKEY_LOCAL_MACHINE")
                .with("Subkey", "a")
                .with("TrueIf", "Any")
                .holding(vec![rule])),
        ]
    })
}

fn metadata() -> impl Strategy<Value = Node> {
    const MANIFEST: &str = "<assembly xmlns=\"urn:schemas-microsoft-com:asm.v3\" a='1'> <assemblyIdentity name=\"P\"/><upd x=\"&lt;\"></upd></assembly>";
    const PATCH: &str = "<MsiPatch PatchGUID=\"{p}\" xmlns=\"http://www.microsoft.com/msi/patch_applicability.xsd\"><TargetProduct/></MsiPatch>";
    let verbatim = |verbatim| Node { verbatim, ..Node::default() };
    prop_oneof![
        Just(node("upd", "Metadata")),
        "[ -~]{1,20}".prop_map(|id| node("upd", "Metadata").holding(vec![
            node("drv", "WindowsDriverMetaData")
                .with("HardwareID", id.clone())
                .with("DriverVerDate", "2020-01-01")
                .with("DriverVerVersion", "1.2.3.4")
                .holding(vec![
                    node("drv", "CompatibleProvider").text("R&D"),
                    node("drv", "FeatureScore").with("OperatingSystem", "AMD64.10.0").with("FeatureScore", "FF"),
                ])
        ])),
        Just(
            node("upd", "Metadata")
                .holding(vec![node("cbsar", "CbsPackageApplicabilityMetadata").holding(vec![verbatim(MANIFEST)])])
        ),
        Just(node("upd", "Metadata").holding(vec![
            node("msiar", "MsiPatchMetadata")
                .holding(vec![verbatim(PATCH), node("msiar", "FallbackPatchCode").text("{f}")]),
            node("msiar", "MsiApplicationMetadata")
                .holding(vec![node("msiar", "ProductCode").with("Version", "1.0").text("{a}")]),
        ])),
    ]
}

fn identity(number: u32) -> Node {
    node("upd", "UpdateIdentity").with("UpdateID", format!("{:08X}-1111-4111-8111-111111111111", number))
}

fn revision(number: u32) -> Node {
    identity(number).with("RevisionNumber", "100")
}

fn relation(name: &'static str, member: fn(u32) -> Node) -> impl Strategy<Value = Node> {
    let clause = prop_oneof![
        any::<u32>().prop_map(member),
        (any::<Option<bool>>(), prop::collection::vec(any::<u32>(), 1..4)).prop_map(move |(category, members)| {
            let group = node("upd", "AtLeastOne").holding(members.into_iter().map(member).collect());
            match category {
                Some(category) => group.with("IsCategory", category.to_string()),
                None => group,
            }
        }),
    ];
    prop::collection::vec(clause, 0..4).prop_map(move |clauses| node("upd", name).holding(clauses))
}

fn relationships() -> impl Strategy<Value = Node> {
    let superseded = prop::collection::vec(any::<u32>(), 0..4)
        .prop_map(|ids| node("upd", "SupersededUpdates").holding(ids.into_iter().map(identity).collect()));
    (relation("Prerequisites", identity), relation("BundledUpdates", revision), superseded).prop_map(
        |(prerequisites, bundled, superseded)| {
            node("upd", "Relationships").holding(vec![prerequisites, bundled, superseded])
        },
    )
}

fn applicability() -> impl Strategy<Value = Node> {
    (rules(), prop::option::of(rules()), prop::option::of(rules()), prop::option::of(metadata())).prop_map(
        |(installed, installable, superseded, metadata)| {
            let mut parts = vec![node("upd", "IsInstalled").holding(vec![installed])];
            parts.extend(installable.map(|rule| node("upd", "IsInstallable").holding(vec![rule])));
            parts.extend(superseded.map(|rule| node("upd", "IsSuperseded").holding(vec![rule])));
            parts.extend(metadata);
            node("upd", "ApplicabilityRules").holding(parts)
        },
    )
}

/// Text that is not white space alone, which is dropped.
fn texts() -> impl Strategy<Value = String> {
    "[a-zß&<>\"' ]{0,12}".prop_map(|text| if text.trim().is_empty() { String::new() } else { text })
}

fn localized() -> impl Strategy<Value = Node> {
    prop::collection::vec((texts(), texts()), 0..3).prop_map(|languages| {
        let properties = |(title, description): (String, String)| {
            node("upd", "LocalizedProperties").holding(vec![
                node("upd", "Language").text("en"),
                node("upd", "Title").text(title),
                node("upd", "Description").text(description),
            ])
        };
        node("upd", "LocalizedPropertiesCollection").holding(languages.into_iter().map(properties).collect())
    })
}

fn handler() -> impl Strategy<Value = Node> {
    texts().prop_map(|arguments| {
        node("upd", "HandlerSpecificData").with("xsi:type", "cmd:CommandLineInstallation").holding(vec![
            node("cmd", "InstallCommand")
                .with("Program", "a.exe")
                .with("Arguments", arguments)
                .holding(vec![node("cmd", "ReturnCode").with("Code", "0")]),
        ])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn derivation_is_total_and_does_what_a_walk_over_the_tree_does(
        style in styles(),
        relationships in prop::option::of(relationships()),
        applicability in prop::option::of(applicability()),
        localized in localized(),
        handler in prop::option::of(handler()),
    ) {
        let identity = revision(7);
        let properties = node("upd", "Properties")
            .with("UpdateType", "Software")
            .with("Handler", "urn:h")
            .holding(vec![node("upd", "KBArticleID").text("1")]);
        let mut sections = vec![identity.clone(), properties, localized.clone()];
        sections.extend(relationships.clone());
        sections.extend(applicability.clone());
        sections.extend(handler.clone());
        let mut text = String::new();
        document(&node("upd", "Update").holding(sections), &style, true, &mut text);

        let parsed = UpdateDocument::parse(&text).unwrap();
        let derived = parsed.fragments().unwrap();

        let mut core = String::new();
        fragment(&identity, true, &style, &mut core);
        core.push_str("<Properties UpdateType=\"Software\" />");
        for section in relationships.iter().chain(&applicability) {
            fragment(section, true, &style, &mut core);
        }
        prop_assert_eq!(&derived.core, &core);
        let mut extended =
            "<ExtendedProperties Handler=\"urn:h\"><KBArticleID>1</KBArticleID></ExtendedProperties>".to_owned();
        if let Some(section) = &handler {
            fragment(section, false, &style, &mut extended);
        }
        prop_assert_eq!(&derived.extended, &extended);
        for (language, expected) in derived.localized.iter().zip(&localized.children) {
            let mut xml = String::new();
            fragment(expected, false, &style, &mut xml);
            prop_assert_eq!(&language.xml, &xml);
        }
        prop_assert_eq!(derived.localized.len(), localized.children.len());

        // The fragment says the same as the document.
        let again = UpdateDocument::parse_fragments(&derived.core).unwrap();
        prop_assert_eq!(again.revision, parsed.revision);
        prop_assert_eq!(&again.relationships, &parsed.relationships);
        let rules = Applicability::parse(&derived.core).unwrap();
        prop_assert_eq!(&rules, &Applicability::parse(&text).unwrap());
        if let Some(rules) = rules {
            let installed = rules.is_installed.unwrap();
            prop_assert!(installed.unknown().is_empty(), "{:?}", installed.unknown());
        }
    }

    /// Whatever comes in, reading and deriving end with a value or an error.
    #[test]
    fn garbage_is_refused_without_panic(
        text in prop_oneof![
            "[<>/=\"' a-c&;:!\\[\\]-]{0,60}".prop_map(|text| text),
            "[<>/=\"' a-c&;:]{0,30}".prop_map(|text| format!("<Update><UpdateIdentity UpdateID='11111111-1111-4111-8111-111111111111' RevisionNumber='1'/><ApplicabilityRules><IsInstalled>{text}</IsInstalled></ApplicabilityRules></Update>")),
        ]
    ) {
        if let Ok(document) = UpdateDocument::parse(&text) {
            let _ = document.fragments();
        }
        let _ = Applicability::parse(&text);
        let _ = UpdateDocument::parse_fragments(&text);
    }

    /// A document cut off anywhere is refused.
    #[test]
    fn a_cut_document_is_refused(applicability in applicability(), style in styles(), at in any::<prop::sample::Index>()) {
        let mut text = String::new();
        document(&node("upd", "Update").holding(vec![revision(1), applicability]), &style, true, &mut text);
        let cut = at.index(text.len());
        prop_assume!(text.is_char_boundary(cut));
        prop_assert!(UpdateDocument::parse(&text[..cut]).is_err());
    }
}
