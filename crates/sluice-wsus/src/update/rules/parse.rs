//! Reading rules.

use super::super::error::UpdateError;
use super::super::limits::{MAX_RULE_DEPTH, MAX_RULES};
use super::super::xml::{Cursor, Namespace, Tag};
use super::attributes::Attributes;
use super::cbs::CbsTest;
use super::device::DeviceTest;
use super::driver::DriverTest;
use super::file::FileTest;
use super::licence::{GenericQuery, LicenceTest, WmiQuery};
use super::msi::MsiTest;
use super::registry::RegistryTest;
use super::rule::{Rule, UnknownRule, WhyUnknown};
use super::system::SystemTest;
use super::{Applicability, metadata};

impl Applicability {
    /// Reads the rules of a Core fragment, or of a document. `None`: it has no `ApplicabilityRules`, as bundles that
    /// take their state from their members.
    ///
    /// # Errors
    /// When the text is not well-formed or exceeds a limit. Rules that are not understood are no error.
    pub fn parse(text: &str) -> Result<Option<Self>, UpdateError> {
        let mut cursor = Cursor::new(text);
        while let Some(section) = cursor.sibling()? {
            // The root of a document only adds one level, at whose end `sibling` stops as at the end of a fragment.
            if section.is("Update") && !section.empty {
                continue;
            }
            if section.is("ApplicabilityRules") {
                return read(&mut cursor, &section).map(Some);
            }
            cursor.skip(&section)?;
        }
        Ok(None)
    }
}

fn read<'a>(cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<Applicability, UpdateError> {
    let mut found = Applicability::default();
    let mut reader = Reader { cursor, left: MAX_RULES };
    while let Some(child) = reader.cursor.child(tag)? {
        if child.is("IsInstalled") {
            found.is_installed = Some(reader.only_child(&child, 0)?);
        } else if child.is("IsInstallable") {
            found.is_installable = Some(reader.only_child(&child, 0)?);
        } else if child.is("IsSuperseded") {
            found.is_superseded = Some(reader.only_child(&child, 0)?);
        } else if child.is("Metadata") {
            found.metadata = metadata::parse(reader.cursor, &child)?;
        } else {
            reader.cursor.skip(&child)?;
        }
    }
    Ok(found)
}

struct Reader<'c, 'a> {
    cursor: &'c mut Cursor<'a>,
    /// How many more rules may come.
    left: usize,
}

impl<'a> Reader<'_, 'a> {
    fn rule(&mut self, tag: &Tag<'a>, depth: usize) -> Result<Rule, UpdateError> {
        if depth == MAX_RULE_DEPTH {
            let (what, limit) = ("nested rules", MAX_RULE_DEPTH);
            return Err(UpdateError::TooMany { what, limit, position: tag.start });
        }
        self.left = self.left.checked_sub(1).ok_or(UpdateError::TooMany {
            what: "rules",
            limit: MAX_RULES,
            position: tag.start,
        })?;
        if tag.namespace == Namespace::Foreign {
            self.cursor.skip(tag)?;
            return Ok(unknown(tag.local, WhyUnknown::Element));
        }
        let name = ["b.", "m.", "d."].iter().find_map(|prefix| tag.local.strip_prefix(prefix)).unwrap_or(tag.local);
        let read = match name {
            "Not" => return Ok(Rule::Not(Box::new(self.only_child(tag, depth)?))),
            "And" => self.children(tag, depth)?.map(Rule::And),
            "Or" => self.children(tag, depth)?.map(Rule::Or),
            "RegKeyLoop" => {
                let rule = Box::new(self.only_child(tag, depth)?);
                RegistryTest::parse_loop(tag)
                    .map(|(key, true_if)| Rule::Registry(RegistryTest::KeyLoop { key, true_if, rule }))
            }
            "MsiFeatureInstalledForProduct" => MsiTest::parse_parts(self.cursor, tag, true)?.map(Rule::Msi),
            "MsiComponentInstalledForProduct" => MsiTest::parse_parts(self.cursor, tag, false)?.map(Rule::Msi),
            _ => {
                self.cursor.skip(tag)?;
                leaf(name, &Attributes(tag))
            }
        };
        Ok(read.unwrap_or_else(|why| unknown(tag.local, why)))
    }

    fn children(&mut self, tag: &Tag<'a>, depth: usize) -> Result<Result<Vec<Rule>, WhyUnknown>, UpdateError> {
        let mut rules = Vec::new();
        while let Some(child) = self.cursor.child(tag)? {
            rules.push(self.rule(&child, depth + 1)?);
        }
        Ok(if rules.is_empty() { Err(WhyUnknown::Content) } else { Ok(rules) })
    }

    /// The one rule inside an element.
    fn only_child(&mut self, tag: &Tag<'a>, depth: usize) -> Result<Rule, UpdateError> {
        Ok(match self.children(tag, depth)? {
            Ok(mut rules) if rules.len() == 1 => rules.remove(0),
            _ => unknown(tag.local, WhyUnknown::Content),
        })
    }
}

/// A rule without rules inside.
fn leaf(name: &str, attributes: &Attributes<'_>) -> Result<Rule, WhyUnknown> {
    Ok(match name {
        "True" => Rule::True,
        "False" => Rule::False,
        "InstalledOnce" => Rule::InstalledOnce,
        "WmiQuery" => Rule::Wmi(WmiQuery::parse(attributes)?),
        "GenericQuery" => Rule::Generic(GenericQuery::parse(attributes)?),
        _ => {
            if let Some(test) = SystemTest::parse(name, attributes)? {
                Rule::System(test)
            } else if let Some(test) = RegistryTest::parse(name, attributes)? {
                Rule::Registry(test)
            } else if let Some(test) = FileTest::parse(name, attributes)? {
                Rule::File(test)
            } else if let Some(test) = DeviceTest::parse(name, attributes)? {
                Rule::Device(test)
            } else if let Some(test) = CbsTest::parse(name, attributes)? {
                Rule::Cbs(test)
            } else if let Some(test) = MsiTest::parse(name, attributes)? {
                Rule::Msi(test)
            } else if let Some(test) = LicenceTest::parse(name, attributes)? {
                Rule::Licence(test)
            } else {
                DriverTest::parse(name).map(Rule::Driver).ok_or(WhyUnknown::Element)?
            }
        }
    })
}

fn unknown(element: &str, why: WhyUnknown) -> Rule {
    Rule::Unknown(UnknownRule { element: element.to_owned(), why })
}
