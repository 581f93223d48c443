//! Which family of elements a namespace stands for. Prefixes vary and are declared again on inner elements
//! (protocols.md §8.1), so elements are told apart by namespace.

use super::super::error::UpdateError;
use super::super::limits::MAX_DECLARATIONS;

/// A namespace, as far as names depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Namespace {
    /// No namespace: fragments, and documents written by hand.
    None,
    /// `…/msus/2002/12/Update`.
    Update,
    /// `…/msus/2002/12/BaseApplicabilityRules`; `b.` in fragments.
    BaseRules,
    /// `…/msus/2002/12/MsiApplicabilityRules`; `m.` in fragments.
    MsiRules,
    /// `…/msus/2002/12/UpdateHandlers/WindowsDriver`; `d.` in fragments.
    Driver,
    /// Any other below `http://schemas.microsoft.com/msus/`: logical and CBS rules, handlers, publishing.
    OtherMsus,
    /// Anything else: package manifests, patch descriptions, extensions.
    Foreign,
}

impl Namespace {
    fn of(uri: &str) -> Self {
        let Some(rest) = uri.strip_prefix("http://schemas.microsoft.com/msus/") else {
            return if uri.is_empty() { Self::None } else { Self::Foreign };
        };
        match rest {
            "2002/12/Update" => Self::Update,
            "2002/12/BaseApplicabilityRules" => Self::BaseRules,
            "2002/12/MsiApplicabilityRules" => Self::MsiRules,
            "2002/12/UpdateHandlers/WindowsDriver" => Self::Driver,
            _ => Self::OtherMsus,
        }
    }

    /// Whether an element may be one of the Update schema: such elements are also written without a namespace.
    pub(crate) fn is_update(self) -> bool {
        matches!(self, Self::None | Self::Update)
    }
}

/// One namespace declaration in scope.
#[derive(Clone, Debug)]
pub(crate) struct Binding<'a> {
    depth: usize,
    /// Empty for the default namespace.
    pub prefix: &'a str,
    /// The raw attribute value.
    pub uri: &'a str,
    namespace: Namespace,
}

/// The namespace declarations in scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope<'a> {
    bindings: Vec<Binding<'a>>,
}

impl<'a> Scope<'a> {
    /// A scope inside others, whose declarations stay.
    pub(super) fn within(mut bindings: Vec<Binding<'a>>) -> Self {
        for binding in &mut bindings {
            binding.depth = 0;
        }
        Self { bindings }
    }

    pub(super) fn declare(
        &mut self,
        depth: usize,
        prefix: &'a str,
        uri: &'a str,
        position: usize,
    ) -> Result<(), UpdateError> {
        if self.bindings.len() == MAX_DECLARATIONS {
            return Err(UpdateError::TooMany {
                what: "namespace declarations in scope",
                limit: MAX_DECLARATIONS,
                position,
            });
        }
        self.bindings.push(Binding { depth, prefix, uri, namespace: Namespace::of(uri) });
        Ok(())
    }

    /// Forgets what elements deeper than `depth` declared.
    pub(super) fn leave(&mut self, depth: usize) {
        while self.bindings.last().is_some_and(|binding| binding.depth > depth) {
            self.bindings.pop();
        }
    }

    pub(super) fn resolve(&self, prefix: &str) -> Option<Namespace> {
        if prefix == "xml" {
            return Some(Namespace::Foreign);
        }
        match self.bindings.iter().rev().find(|binding| binding.prefix == prefix) {
            Some(binding) => Some(binding.namespace),
            None if prefix.is_empty() => Some(Namespace::None),
            None => None,
        }
    }

    pub(super) fn bindings(&self) -> &[Binding<'a>] {
        &self.bindings
    }
}
