//! Many short lists of numbers in two allocations.

/// Lists by dense number.
#[derive(Clone, Debug)]
pub(super) struct Lists {
    /// Where each list starts in `items`; the last is where the last one ends.
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Default for Lists {
    fn default() -> Self {
        Self { starts: vec![0], items: Vec::new() }
    }
}

impl Lists {
    /// The lists 0 to `count` of some (list, item) pairs; each sorted, each item once. Pairs of
    /// other lists are left out.
    pub(super) fn of(count: usize, pairs: &[(u32, u32)]) -> Self {
        // By counting: how long each list is, then each item to the end of its list.
        let mut ends = vec![0u32; count + 1];
        for (list, _) in pairs {
            if let Some(length) = ends.get_mut(*list as usize + 1) {
                *length += 1;
            }
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        let mut items = vec![0u32; sum as usize];
        // From here on `ends` is where the next item of each list goes.
        for (list, item) in pairs {
            if (*list as usize) < count
                && let Some(end) = ends.get_mut(*list as usize)
            {
                if let Some(slot) = items.get_mut(*end as usize) {
                    *slot = *item;
                }
                *end += 1;
            }
        }
        let mut lists = Self { starts: Vec::with_capacity(count + 1), items: Vec::with_capacity(items.len()) };
        lists.starts.push(0);
        let mut from = 0;
        for end in ends.into_iter().take(count) {
            let own = items.get_mut(from as usize..end as usize).unwrap_or_default();
            own.sort_unstable();
            let mut last = None;
            lists.push(own.iter().copied().filter(|item| last.replace(*item) != Some(*item)));
            from = end;
        }
        lists
    }

    /// Appends a list.
    pub(super) fn push(&mut self, items: impl IntoIterator<Item = u32>) {
        self.items.extend(items);
        self.starts.push(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
    }

    /// How many lists there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// A list; empty if there is none of this number.
    pub(super) fn get(&self, list: u32) -> &[u32] {
        let list = list as usize;
        let bounds = self.starts.get(list).zip(self.starts.get(list + 1));
        bounds.and_then(|(from, to)| self.items.get(*from as usize..*to as usize)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lists_are_those_of_the_pairs(pairs in prop::collection::vec((0u32..9, 0u32..5), 0..40)) {
            let lists = Lists::of(7, &pairs);
            prop_assert_eq!(lists.len(), 7);
            for list in 0..9 {
                let wanted: BTreeSet<u32> = pairs.iter().filter(|(of, _)| *of == list && list < 7).map(|p| p.1).collect();
                prop_assert_eq!(lists.get(list), wanted.into_iter().collect::<Vec<_>>());
            }
        }
    }
}
