//! Addresses of pages with their parameters.

use std::fmt;

/// A path of this console and what stands after the question mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    path: String,
    parameters: Vec<(String, String)>,
}

impl Address {
    /// A page without parameters.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), parameters: Vec::new() }
    }

    /// With a parameter, in place of one of the same name; an empty value takes it away.
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        let value = value.to_string();
        if !value.is_empty() {
            self.parameters.push((name.to_owned(), value));
        }
        self
    }

    /// Without a parameter.
    pub fn without(self, name: &str) -> Self {
        self.with(name, "")
    }

    /// The parameters.
    pub fn parameters(&self) -> &[(String, String)] {
        &self.parameters
    }

    /// The same parameters at another path.
    pub fn at(&self, path: impl Into<String>) -> Self {
        Self { path: path.into(), parameters: self.parameters.clone() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        for (at, (name, value)) in self.parameters.iter().enumerate() {
            f.write_str(if at == 0 { "?" } else { "&" })?;
            encode(name, f)?;
            f.write_str("=")?;
            encode(value, f)?;
        }
        Ok(())
    }
}

/// Percent-encodes everything but unreserved characters (RFC 3986 section 2.3).
fn encode(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => write!(f, "{}", char::from(byte))?,
            _ => write!(f, "%{byte:02X}")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_replaced_and_encoded() {
        let address = Address::new("/updates").with("text", "a&b=é").with("cursor", "x").with("text", "c++");
        assert_eq!(address.to_string(), "/updates?cursor=x&text=c%2B%2B");
        assert_eq!(address.clone().without("cursor").with("q", "é").to_string(), "/updates?text=c%2B%2B&q=%C3%A9");
        assert_eq!(address.at("/x").without("text").without("cursor").to_string(), "/x");
    }
}
