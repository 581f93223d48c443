//! A group of computers as one server gives it to another (\[MS-WSUSSS\] 3.1.4.10.3.2).

use uuid::Uuid;

use crate::messages::shared::MAX_GUIDS;
use crate::soap::{Element, Reader, SoapError, XmlWriter};

/// A group of computers: a collection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSyncTargetGroup {
    /// Which group.
    pub target_group_id: Uuid,
    /// The group that it is in; all zeros for the one at the top.
    pub parent_group_id: Uuid,
    /// Its name.
    pub name: String,
    /// Whether every server has it, as `All Computers`.
    pub is_builtin: bool,
}

impl ServerSyncTargetGroup {
    /// `All Computers`, which every WSUS has.
    pub const ALL_COMPUTERS: Uuid = Uuid::from_u128(0xA0A0_8746_4DBE_4A37_9ADF_9E76_52C0_B421);

    /// `Unassigned Computers`, which every WSUS has: computers that are in no other group.
    pub const UNASSIGNED_COMPUTERS: Uuid = Uuid::from_u128(0xB73C_A6ED_5727_47F3_84DE_015E_03F6_A88A);

    /// `Downstream Servers`, which every WSUS has.
    pub const DOWNSTREAM_SERVERS: Uuid = Uuid::from_u128(0xD374_F42A_9BE2_4163_A0FA_3C86_A401_B7A7);

    pub(super) fn read_array<'a>(
        reader: &mut Reader<'a>,
        array: &Element<'a>,
        items: &mut Vec<Self>,
    ) -> Result<(), SoapError> {
        reader.items(array, MAX_GUIDS, items, |reader, _| {
            let mut group = Self::default();
            reader.children(|reader, element| {
                match element.name() {
                    "TargetGroupID" => reader.set(element, &mut group.target_group_id)?,
                    "ParentGroupId" => reader.set(element, &mut group.parent_group_id)?,
                    "Name" => group.name = reader.string(element)?,
                    "IsBuiltin" => reader.set(element, &mut group.is_builtin)?,
                    _ => {}
                }
                Ok(())
            })?;
            Ok(Some(group))
        })
    }

    pub(super) fn write(&self, out: &mut XmlWriter) {
        out.element("ServerSyncTargetGroup", |out| {
            out.guid("TargetGroupID", self.target_group_id);
            out.guid("ParentGroupId", self.parent_group_id);
            out.text("Name", &self.name);
            out.bool("IsBuiltin", self.is_builtin);
        });
    }
}
