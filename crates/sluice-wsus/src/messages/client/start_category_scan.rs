//! StartCategoryScan (\[MS-WUSP\] 2.2.2.2.8): before a scan of a few products. It carries no cookie.

use uuid::Uuid;

use super::SERVICE;
use crate::messages::shared::MAX_SMALL_ARRAY;
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// A category that a client wants to scan for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CategoryRelationship {
    /// Categories of the same group belong together: a product, or a product and a classification.
    pub index_of_and_group: i32,
    /// The update id of the category.
    pub category_id: Uuid,
}

/// Asks which categories to use as the filter of a scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StartCategoryScan {
    /// The categories; 200 or more are refused (note 52).
    pub requested_categories: Vec<CategoryRelationship>,
}

impl Message<'_> for StartCategoryScan {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "StartCategoryScan";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            if element.name() != "requestedCategories" {
                return Ok(());
            }
            reader.items(element, MAX_SMALL_ARRAY, &mut request.requested_categories, |reader, _| {
                let mut category = CategoryRelationship::default();
                reader.children(|reader, element| match element.name() {
                    "IndexOfAndGroup" => reader.set(element, &mut category.index_of_and_group),
                    "CategoryId" => reader.set(element, &mut category.category_id),
                    _ => Ok(()),
                })?;
                Ok(Some(category))
            })
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.array("requestedCategories", &self.requested_categories, |out, category| {
            out.element("CategoryRelationship", |out| {
                out.int("IndexOfAndGroup", category.index_of_and_group);
                out.guid("CategoryId", category.category_id);
            });
        });
    }
}

/// The categories to use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StartCategoryScanResponse {
    /// The categories to use.
    pub preferred_category_ids: Vec<Uuid>,
    /// The categories that the server does not know.
    pub requested_category_ids_in_error: Vec<Uuid>,
}

impl Message<'_> for StartCategoryScanResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "StartCategoryScanResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| match element.name() {
            "preferredCategoryIds" => reader.values(element, MAX_SMALL_ARRAY, &mut response.preferred_category_ids),
            "requestedCategoryIdsInError" => {
                reader.values(element, MAX_SMALL_ARRAY, &mut response.requested_category_ids_in_error)
            }
            _ => Ok(()),
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.guids("preferredCategoryIds", &self.preferred_category_ids);
        out.guids("requestedCategoryIdsInError", &self.requested_category_ids_in_error);
    }
}
