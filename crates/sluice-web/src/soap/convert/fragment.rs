use sluice_site::windows::FragmentBytes;
use sluice_wsus::soap::Fragment;

/// A fragment as it goes into an answer.
pub(crate) fn fragment(stored: &FragmentBytes) -> Fragment<'_> {
    if stored.packed { Fragment::Packed(&stored.bytes) } else { Fragment::escaped(&stored.bytes) }
}
