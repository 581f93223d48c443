//! Texts of strangers: bounded, without control characters.

use sluice_model::WindowsComputer;

/// Longest text of a registration, characters.
const MAX_WORD: usize = 256;

/// A text without control characters, at most `max` characters long.
pub(super) fn text(text: &str, max: usize) -> String {
    text.chars().filter(|character| !character.is_control()).take(max).collect::<String>().trim().to_owned()
}

/// A short text.
pub(crate) fn word(word: &str) -> String {
    text(word, MAX_WORD)
}

/// A computer with short texts.
pub(crate) fn computer(computer: WindowsComputer) -> WindowsComputer {
    WindowsComputer {
        os_description: word(&computer.os_description),
        locale: word(&computer.locale),
        architecture: word(&computer.architecture),
        manufacturer: word(&computer.manufacturer),
        model: word(&computer.model),
        firmware_name: word(&computer.firmware_name),
        firmware_version: word(&computer.firmware_version),
        device_type: word(&computer.device_type),
        ..computer
    }
}
