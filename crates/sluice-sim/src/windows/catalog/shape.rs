//! How a catalog is made up.

/// Counts and sizes of a catalog. Counts that its parts need at least (named products and gates) are kept whatever
/// stands here.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogShape {
    /// Companies; the first is Microsoft.
    pub companies: usize,
    /// Product families; the first is Windows.
    pub families: usize,
    /// Products that others name as a prerequisite.
    pub inner_products: usize,
    /// Products that nothing names.
    pub leaf_products: usize,
    /// Detectoids that others name as a prerequisite: gates.
    pub gates: usize,
    /// Detectoids that nothing names.
    pub leaf_detectoids: usize,
    /// Detectoids without prerequisites.
    pub root_detectoids: usize,
    /// How many of the leaf detectoids with prerequisites are behind gates that are open on Windows 11 25H2.
    pub open_detectoids: usize,
    /// Cumulative updates of the operating system for x64 (bundles with one OSInstaller member).
    pub os_amd64: usize,
    /// The same for ARM64.
    pub os_arm64: usize,
    /// Cumulative updates of .NET for x64 (bundles with one OSInstaller member).
    pub dotnet_amd64: usize,
    /// The same for ARM64.
    pub dotnet_arm64: usize,
    /// Months of the removal tool; each has a bundle for x64 and one for ARM64 with one CommandLine member.
    pub removal_tools: usize,
    /// Cumulative updates by servicing stack for x64, and as many for ARM64 (bundles with one Cbs member).
    pub rollups: usize,
    /// Bundles with two Cbs members, for two versions of .NET.
    pub dotnet_pairs: usize,
    /// Other bundles with one Cbs member.
    pub servicing: usize,
    /// Updates with a Windows Installer patch, not in bundles.
    pub patches: usize,
    /// Months of cumulative updates (bundles with one Cbs member) for each of Windows 10, Server 2022, Server 2025.
    pub other_months: usize,
    /// Driver updates.
    pub drivers: usize,
    /// Products of which an older revision is there as well.
    pub old_revisions: usize,
    /// Bytes of the Core fragments of Cbs members, which hold package manifests.
    pub core_sizes: SizeCurve,
    /// Files have real content of at most so many bytes, which [`super::Catalog::content`] gives; `None`: sizes are
    /// as Microsoft's and there is no content.
    pub content: Option<usize>,
}

impl CatalogShape {
    /// The Windows 11 product of a WSUS of October 2026 (`captures/windows-servicing/catalog-stats.json`).
    #[must_use]
    pub fn windows11() -> Self {
        Self {
            companies: 3,
            families: 28,
            inner_products: 212,
            leaf_products: 191,
            gates: 277,
            leaf_detectoids: 3433,
            root_detectoids: 92,
            open_detectoids: 630,
            os_amd64: 111,
            os_arm64: 120,
            dotnet_amd64: 30,
            dotnet_arm64: 36,
            removal_tools: 42,
            rollups: 36,
            dotnet_pairs: 36,
            servicing: 36,
            patches: 8,
            other_months: 0,
            drivers: 0,
            old_revisions: 1,
            core_sizes: SizeCurve::windows11(),
            content: None,
        }
    }

    /// A catalog for tests: about 330 revisions, 4 MB, of everything something; files have content.
    #[must_use]
    pub fn small() -> Self {
        Self {
            companies: 2,
            families: 4,
            inner_products: 10,
            leaf_products: 8,
            gates: 46,
            leaf_detectoids: 110,
            root_detectoids: 24,
            open_detectoids: 40,
            os_amd64: 10,
            os_arm64: 6,
            dotnet_amd64: 3,
            dotnet_arm64: 3,
            removal_tools: 3,
            rollups: 2,
            dotnet_pairs: 6,
            servicing: 5,
            patches: 2,
            other_months: 3,
            drivers: 8,
            old_revisions: 1,
            core_sizes: SizeCurve(vec![(0.0, 20_000), (0.5, 60_000), (0.9, 200_000), (1.0, 1_200_000)]),
            content: Some(40_000),
        }
    }

    /// The same with manifests of another size: same updates, same relations, same rules.
    #[must_use]
    pub fn scaled(mut self, factor_of_bytes: f64) -> Self {
        for (_, bytes) in &mut self.core_sizes.0 {
            *bytes = scale(*bytes, factor_of_bytes);
        }
        self
    }
}

/// Sizes by rank: bytes at shares of the members, smallest first, straight in between.
#[derive(Clone, Debug, PartialEq)]
pub struct SizeCurve(pub Vec<(f64, u64)>);

impl SizeCurve {
    /// 180 members: from 50,662 bytes, median 167,067, 46 over 1 MB (of which 10 over 32 MiB), up to 46,887,043.
    #[must_use]
    pub fn windows11() -> Self {
        let at = |place: f64| place / 179.0;
        Self(vec![
            (0.0, 50_662),
            (at(89.5), 167_067),
            (at(127.0), 413_000),
            (at(133.0), 990_000),
            (at(134.0), 8_300_000),
            (at(169.0), 33_500_000),
            (at(170.0), 33_650_000),
            (1.0, 46_887_043),
        ])
    }

    /// Bytes of the member at a place of so many.
    pub(super) fn at(&self, place: usize, of: usize) -> u64 {
        #[expect(clippy::cast_precision_loss, reason = "places are few")]
        let share = if of < 2 { 1.0 } else { place as f64 / (of - 1) as f64 };
        let mut before = self.0.first().copied().unwrap_or_default();
        for point in &self.0 {
            if share <= point.0 {
                let width = point.0 - before.0;
                let part = if width > 0.0 { (share - before.0) / width } else { 1.0 };
                return before.1 + scale(point.1.saturating_sub(before.1), part);
            }
            before = *point;
        }
        before.1
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes are far below 2^53 and factors are positive"
)]
fn scale(bytes: u64, factor: f64) -> u64 {
    (bytes as f64 * factor).round() as u64
}
