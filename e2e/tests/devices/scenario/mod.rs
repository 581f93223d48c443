//! What happens to one device.

mod broken;
mod full_disk;
mod held;
mod interrupted;
mod patched;
mod unplugged;

pub use broken::a_broken_database_is_reported_and_its_repair_is_enough;
pub use full_disk::a_full_disk_is_reported_and_room_is_enough;
pub use held::a_held_package_is_shown_and_left_alone;
pub use interrupted::an_interrupted_installation_is_finished;
pub use patched::what_is_deployed_is_installed_and_nothing_else;
pub use unplugged::reports_wait_for_the_link;
