//! Deleted libraries and programs that a process still has mapped (`proc_pid_maps(5)`).

/// Where libraries and programs are installed. Deleted files elsewhere (`/memfd:`, `/tmp`, `/dev`,
/// `/SYSV…`, `/var`, `/run`, `/home`) are memory that programs share or code they made themselves.
const INSTALLED_UNDER: [&str; 6] = ["/usr/", "/lib", "/bin/", "/sbin/", "/opt/", "/snap/"];

/// The most lines of one process looked at; large programs have some thousands.
pub const MAX_LINES: usize = 100_000;

/// The files, among those a process executes code from, that have been replaced or removed since it
/// started, as of the text of its `/proc/PID/maps`. The program itself may be among them. One file
/// may come several times, always in a row.
pub fn deleted_libraries(maps: &str) -> impl Iterator<Item = &str> {
    let mut last = "";
    maps.lines().take(MAX_LINES).filter_map(deleted_library).filter(move |path| {
        let new = *path != last;
        last = path;
        new
    })
}

/// `7f2a5c000000-7f2a5c021000 r-xp 00000000 08:01 131090   /usr/lib/x.so (deleted)`.
fn deleted_library(line: &str) -> Option<&str> {
    let path = line.strip_suffix(" (deleted)")?;
    let mut rest = path;
    let mut permissions = "";
    for field in 0..5 {
        let (word, tail) = rest.trim_start().split_once(' ')?;
        if field == 1 {
            permissions = word;
        }
        rest = tail;
    }
    let path = rest.trim_start();
    let executable = permissions.as_bytes().get(2) == Some(&b'x');
    (executable && INSTALLED_UNDER.iter().any(|place| path.starts_with(place))).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_executed_installed_files() {
        let maps = "55e0-55e1 r--p 00000000 08:01 1    /usr/sbin/sshd (deleted)\n\
            55e1-55e2 r-xp 00001000 08:01 1    /usr/sbin/sshd (deleted)\n\
            7f00-7f01 r-xp 00000000 08:01 2    /usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)\n\
            7f01-7f02 r-xp 00000000 08:01 2    /usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)\n\
            7f02-7f03 r-xp 00000000 08:01 3    /usr/lib/x86_64-linux-gnu/libc.so.6\n\
            7f03-7f04 r-xp 00000000 00:01 4    /memfd:doublemapper (deleted)\n\
            7f04-7f05 r-xp 00000000 00:01 5    /tmp/.x (deleted)\n\
            7f05-7f06 rw-s 00000000 00:01 6    /SYSV00000000 (deleted)\n\
            7f06-7f07 r-xp 00000000 00:01 7    /dev/zero (deleted)\n\
            7f07-7f08 r-xp 00000000 08:01 8    /opt/a b/lib c.so (deleted)\n\
            7f08-7f09 r-xp 00000000 00:00 0 \nffff-ffff r-xp 00000000 00:00 0 [vsyscall]\n(deleted)\n (deleted)\n";
        assert_eq!(
            deleted_libraries(maps).collect::<Vec<_>>(),
            ["/usr/sbin/sshd", "/usr/lib/x86_64-linux-gnu/libssl.so.3", "/opt/a b/lib c.so"]
        );
    }
}
