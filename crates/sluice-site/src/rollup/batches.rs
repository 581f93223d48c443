//! Many items in requests of bounded size; one that is refused does not stop the others.

use super::error::RollupError;

/// Items refused one by one in a pass; more say that it is not the items' fault.
const MAX_REFUSED: usize = 10;

/// Items that wait to be sent.
pub(super) struct Batches<T> {
    /// In reverse order.
    waiting: Vec<Vec<T>>,
    /// Those that were refused alone, and why.
    pub(super) refused: Vec<(T, RollupError)>,
}

impl<T> Batches<T> {
    /// At most `most` items in a request, and as much weight as `limit` says; one item may have more.
    pub(super) fn new(items: Vec<T>, most: usize, limit: usize, weight: impl Fn(&T) -> usize) -> Self {
        let mut waiting: Vec<Vec<T>> = Vec::new();
        let mut used = 0;
        for item in items {
            let more = weight(&item);
            match waiting.last_mut().filter(|batch| batch.len() < most && used + more <= limit) {
                Some(batch) => {
                    used += more;
                    batch.push(item);
                }
                None => {
                    used = more;
                    waiting.push(vec![item]);
                }
            }
        }
        waiting.reverse();
        Self { waiting, refused: Vec::new() }
    }

    /// The next to send.
    pub(super) fn next(&mut self) -> Option<Vec<T>> {
        self.waiting.pop()
    }

    /// A batch was refused: its halves are tried by themselves.
    ///
    /// # Errors
    /// The one given, when it is not for what was sent.
    pub(super) fn split(&mut self, mut batch: Vec<T>, error: RollupError) -> Result<(), RollupError> {
        if !error.may_be_of_one() || self.refused.len() >= MAX_REFUSED {
            return Err(error);
        }
        let mut rest = batch.split_off(batch.len() / 2);
        if batch.is_empty() {
            self.refused.extend(rest.pop().map(|item| (item, error)));
        } else {
            self.waiting.extend([rest, batch]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::UpstreamError;

    fn refusal(status: u16) -> RollupError {
        UpstreamError::Status { url: "http://x".into(), status }.into()
    }

    #[test]
    fn batches_are_bounded_in_number_and_weight() {
        let mut batches = Batches::new(vec![1, 2, 3, 9, 1, 1, 1, 1], 3, 6, |n| *n);
        let mut all = Vec::new();
        while let Some(batch) = batches.next() {
            all.push(batch);
        }
        assert_eq!(all, [vec![1, 2, 3], vec![9], vec![1, 1, 1], vec![1]]);
    }

    #[test]
    fn a_refused_item_is_found_and_the_others_arrive() {
        let mut batches = Batches::new((0..100).collect(), 40, 1000, |_| 1);
        let (mut arrived, mut asked) = (Vec::new(), 0);
        while let Some(batch) = batches.next() {
            asked += 1;
            if batch.contains(&17) || batch.contains(&63) {
                batches.split(batch, refusal(500)).unwrap();
            } else {
                arrived.extend(batch);
            }
        }
        assert_eq!(arrived, (0..100).filter(|n| ![17, 63].contains(n)).collect::<Vec<_>>());
        assert_eq!(batches.refused.iter().map(|(item, _)| *item).collect::<Vec<_>>(), [17, 63]);
        assert!(asked < 30, "{asked}");
    }

    #[test]
    fn what_is_not_for_the_items_ends_it() {
        let mut batches = Batches::new(vec![1, 2], 10, 10, |_| 1);
        let batch = batches.next().unwrap();
        assert!(batches.split(batch, refusal(503)).is_err());
        let mut batches = Batches::new((0..1000).collect(), 1000, 1000, |_| 1);
        let mut end = Ok(());
        while let Some(batch) = batches.next().filter(|_| end.is_ok()) {
            end = batches.split(batch, refusal(500));
        }
        assert!(end.is_err());
        assert_eq!(batches.refused.len(), MAX_REFUSED);
    }
}
