//! What kinds of Windows a virtual machine can be.

use std::fmt;
use std::str::FromStr;

/// A kind of Windows: version, edition, architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// Windows 11 Pro 25H2 on x64.
    Windows11Pro25H2,
    /// Windows 11 Pro 25H2 on ARM64.
    Windows11Pro25H2Arm64,
    /// Windows 10 Pro 22H2 on x64.
    Windows10Pro22H2,
    /// Windows Server 2022 Standard with desktop.
    Server2022,
    /// Windows Server 2025 Standard, Server Core.
    Server2025Core,
}

/// What a profile stands for, as the machine itself would tell it.
pub(super) struct Traits {
    pub slug: &'static str,
    /// `dwBuildNumber`.
    pub build: u32,
    /// Fourth number of the version.
    pub revision: u32,
    /// Build that the cumulative updates name; 25H2 shares those of 24H2.
    pub servicing_build: u32,
    /// `GetProductInfo`: 48 Pro, 7 Server Standard.
    pub sku: u32,
    /// 1 workstation, 3 server.
    pub product_type: u16,
    /// `VER_SUITE_*`.
    pub suite_mask: u16,
    /// `PROCESSOR_ARCHITECTURE_*`: 9 x64, 12 ARM64.
    pub architecture: u16,
    pub branch: &'static str,
    pub display_version: &'static str,
    pub edition: &'static str,
    pub installation_type: &'static str,
    /// As RegisterComputer says it; Windows 11 calls itself Windows 10 there.
    pub description: &'static str,
    /// Version of the agent.
    pub agent: [u16; 4],
    /// Protocol of the agent, two whole numbers.
    pub protocol: &'static str,
    /// The release channel of its cumulative updates, when it has one.
    pub release: Option<&'static str>,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Windows11Pro25H2,
        Self::Windows11Pro25H2Arm64,
        Self::Windows10Pro22H2,
        Self::Server2022,
        Self::Server2025Core,
    ];

    /// Its name in scenario files, such as `windows-11-pro-25h2`.
    #[must_use]
    pub fn slug(self) -> &'static str {
        self.traits().slug
    }

    pub(super) fn traits(self) -> &'static Traits {
        match self {
            Self::Windows11Pro25H2 => &WINDOWS_11,
            Self::Windows11Pro25H2Arm64 => &WINDOWS_11_ARM,
            Self::Windows10Pro22H2 => &WINDOWS_10,
            Self::Server2022 => &SERVER_2022,
            Self::Server2025Core => &SERVER_2025_CORE,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

impl FromStr for Profile {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|profile| profile.slug() == text).ok_or(())
    }
}

/// Agent and protocol as recorded (protocols.md §3.2).
const WINDOWS_11: Traits = Traits {
    slug: "windows-11-pro-25h2",
    build: 26200,
    revision: 8037,
    servicing_build: 26100,
    sku: 48,
    product_type: 1,
    suite_mask: 256,
    architecture: 9,
    branch: "ge_release",
    display_version: "25H2",
    edition: "Professional",
    installation_type: "Client",
    description: "Windows 10 Pro",
    agent: [1507, 2601, 30012, 0],
    protocol: "2.90",
    release: Some("Client.OS.RS2.AMD64"),
};

const WINDOWS_11_ARM: Traits =
    Traits { slug: "windows-11-pro-25h2-arm64", architecture: 12, release: Some("Client.OS.RS2.ARM64"), ..WINDOWS_11 };

/// The protocol of the newest Windows 10 that the specification lists ([MS-WUSP] note 11); its agent's version is not
/// recorded.
const WINDOWS_10: Traits = Traits {
    slug: "windows-10-pro-22h2",
    build: 19045,
    revision: 6332,
    servicing_build: 19041,
    branch: "vb_release",
    display_version: "22H2",
    agent: [1023, 1020, 2192, 0],
    protocol: "2.4",
    release: None,
    ..WINDOWS_11
};

const SERVER_2022: Traits = Traits {
    slug: "windows-server-2022",
    build: 20348,
    revision: 4171,
    servicing_build: 20348,
    sku: 7,
    product_type: 3,
    suite_mask: 272,
    branch: "fe_release",
    display_version: "21H2",
    edition: "ServerStandard",
    installation_type: "Server",
    description: "Windows Server 2022 Standard",
    ..WINDOWS_10
};

const SERVER_2025_CORE: Traits = Traits {
    slug: "windows-server-2025-core",
    build: 26100,
    revision: 6584,
    servicing_build: 26100,
    branch: "ge_release",
    display_version: "24H2",
    installation_type: "Server Core",
    description: "Windows Server 2025 Standard",
    agent: WINDOWS_11.agent,
    protocol: WINDOWS_11.protocol,
    ..SERVER_2022
};

impl Traits {
    /// `AMD64` or `ARM64`, as agents write it.
    pub(super) fn architecture_name(&self) -> &'static str {
        if self.architecture == 12 { "ARM64" } else { "AMD64" }
    }
}
