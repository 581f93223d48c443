//! The structure of an answer: elements with attributes and texts in their order, without what differs
//! from site to site.

/// What is another value on every server.
const OWN: [&str; 8] =
    ["ID", "CookieData", "EncryptedData", "Expiration", "LastChange", "LastChangeTime", "RevisionID", "ServicesTime"];

/// Tags and texts but for values of the site itself. An element without content is the same however it
/// is written.
pub fn shape(xml: &str) -> Vec<String> {
    let mut shape = Vec::new();
    let mut element = String::new();
    let mut property = String::new();
    for part in xml.split('<').filter(|part| !part.is_empty()) {
        let (tag, text) = part.split_once('>').unwrap();
        match tag.strip_suffix('/') {
            Some(empty) => shape.extend([empty.trim().to_owned(), format!("/{}", local(empty))]),
            None => shape.push(tag.to_owned()),
        }
        if !tag.starts_with('/') {
            element = local(tag).to_owned();
        }
        if element == "Name" && !text.is_empty() {
            property = text.to_owned();
        }
        // The share of WSUS is on its own host; this site has none.
        let own = OWN.contains(&element.as_str()) || (element == "Value" && property == "PackageServerShare");
        if !text.is_empty() && !own {
            shape.push(text.to_owned());
        }
    }
    shape
}

/// The different paths of elements, in the order in which each comes first.
pub fn outline(xml: &str) -> Vec<String> {
    let (mut paths, mut path): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for part in xml.split('<').filter(|part| !part.is_empty()) {
        let tag = part.split_once('>').unwrap().0;
        if tag.starts_with('/') {
            path.pop();
            continue;
        }
        if tag.starts_with('?') {
            continue;
        }
        path.push(local(tag).to_owned());
        let joined = path.join("/");
        if !paths.contains(&joined) {
            paths.push(joined);
        }
        if tag.ends_with('/') {
            path.pop();
        }
    }
    paths
}

fn local(tag: &str) -> &str {
    tag.split([' ', '/']).next().unwrap_or_default()
}

/// The text of the first element of this name.
pub fn value(xml: &str, name: &str) -> Option<String> {
    let rest = xml.split_once(&format!("<{name}>"))?.1;
    Some(rest.split_once('<')?.0.to_owned())
}

/// The texts of all elements of this name.
pub fn values(xml: &str, name: &str) -> Vec<String> {
    xml.split(&format!("<{name}>")).skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// The document with another text in each element of this name.
pub fn with(xml: &str, name: &str, text: &str) -> String {
    let open = format!("<{name}>");
    let mut parts = xml.split(open.as_str());
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        out.push_str(&open);
        out.push_str(text);
        out.push_str(&part[part.find('<').unwrap()..]);
    }
    out
}
