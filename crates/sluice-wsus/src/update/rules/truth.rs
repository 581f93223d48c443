//! Three-valued logic: a query may fail, and then nothing may be concluded from it (protocols.md §8.3, end).

/// What is known of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// The facts do not tell, or the rule is not understood.
    Unknown,
}

impl Truth {
    /// All hold. One that does not hold decides, whatever is unknown; none: true.
    #[must_use]
    pub fn all(values: impl IntoIterator<Item = Self>) -> Self {
        Self::until(values, Self::False)
    }

    /// At least one holds. One that holds decides, whatever is unknown; none: false.
    #[must_use]
    pub fn any(values: impl IntoIterator<Item = Self>) -> Self {
        Self::until(values, Self::True)
    }

    /// Stops at the value that decides.
    fn until(values: impl IntoIterator<Item = Self>, decides: Self) -> Self {
        let mut unknown = false;
        for value in values {
            if value == decides {
                return decides;
            }
            unknown |= value == Self::Unknown;
        }
        if unknown { Self::Unknown } else { !decides }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}
