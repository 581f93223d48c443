use bytes::Bytes;
use sluice_site::windows::sync::OfferedUpdate;
use sluice_site::windows::{FragmentBytes, Section};
use sluice_wsus::messages::shared::{UpdateData, UpdatePacker};
use sluice_wsus::xpress::XpressError;

use super::fragment;
use super::sync::update_info;

/// Runs of new updates as ready blocks.
pub(crate) fn packed_updates(sections: &[Section<OfferedUpdate>]) -> Result<Vec<Bytes>, XpressError> {
    packed(sections, |packer, updates| packer.pack(&updates.iter().map(update_info).collect::<Vec<_>>()))
}

/// Runs of more about updates as ready blocks.
pub(crate) fn packed_data(sections: &[Section<(i32, FragmentBytes)>]) -> Result<Vec<Bytes>, XpressError> {
    packed(sections, |packer, updates| packer.pack_data(&updates.iter().map(update_data).collect::<Vec<_>>()))
}

/// More about an update.
pub(crate) fn update_data(update: &(i32, FragmentBytes)) -> UpdateData<'_> {
    let (id, stored) = update;
    UpdateData { id: *id, xml: Some(fragment(stored)) }
}

fn packed<T>(
    sections: &[Section<T>],
    pack: impl Fn(&mut UpdatePacker, &[T]) -> Result<Vec<u8>, XpressError>,
) -> Result<Vec<Bytes>, XpressError> {
    let mut packer = None;
    let mut all = Vec::with_capacity(sections.len());
    for section in sections {
        all.push(match &section.ready {
            Some(ready) => ready.clone(),
            None => {
                let blocks = Bytes::from(pack(packer.get_or_insert_with(UpdatePacker::new), &section.updates)?);
                if let Some(place) = &section.place {
                    place.keep(&blocks);
                }
                blocks
            }
        });
    }
    Ok(all)
}
