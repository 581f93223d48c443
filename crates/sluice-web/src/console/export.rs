//! Lists as files: CSV (RFC 4180) and JSON.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Map, Value};
use sluice_site::{Page, PageRequest, SiteError, SiteResult};

/// Most rows in a file; a fleet's devices and a distribution's updates fit.
const MAX_ROWS: usize = 250_000;

/// The sort of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
}

impl std::str::FromStr for Format {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}

/// A value in a row.
pub enum Cell {
    Text(String),
    Number(u64),
    Flag(bool),
    Time(Option<Timestamp>),
    Percent(Option<u8>),
}

/// A list with the names of its columns.
pub struct Table {
    /// File name without ending.
    pub name: &'static str,
    pub columns: &'static [&'static str],
    pub rows: Vec<Vec<Cell>>,
}

/// Every item of a list, page by page.
///
/// # Errors
/// What the list says, or when there are more than [`MAX_ROWS`].
pub fn everything<T>(mut list: impl FnMut(&PageRequest) -> SiteResult<Page<T>>) -> SiteResult<Vec<T>> {
    let mut request = PageRequest { cursor: None, limit: Some(PageRequest::MAX_LIMIT) };
    let mut all = Vec::new();
    loop {
        let page = list(&request)?;
        all.extend(page.items);
        if all.len() > MAX_ROWS {
            return Err(too_many());
        }
        match page.next {
            Some(next) => request.cursor = Some(next),
            None => return Ok(all),
        }
    }
}

/// The refusal of a list that is too long for a file.
pub fn too_many() -> SiteError {
    SiteError::invalid("format", format!("the list has more than {MAX_ROWS} rows"), "Narrow it with filters.")
}

impl Table {
    /// The list as a file to keep.
    pub fn file(self, format: Format) -> Response {
        let (kind, ending, body) = match format {
            Format::Csv => ("text/csv; charset=utf-8", "csv", self.csv()),
            Format::Json => ("application/json", "json", self.json()),
        };
        let name = format!("attachment; filename=\"{}.{ending}\"", self.name);
        ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, name)], body).into_response()
    }

    fn csv(&self) -> String {
        let mut text = self.columns.join(",");
        text.push_str("\r\n");
        for row in &self.rows {
            for (at, cell) in row.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                text.push_str(&cell.csv());
            }
            text.push_str("\r\n");
        }
        text
    }

    fn json(&self) -> String {
        let object = |row: &Vec<Cell>| -> Map<String, Value> {
            self.columns.iter().map(|name| (*name).to_owned()).zip(row.iter().map(Cell::json)).collect()
        };
        Value::Array(self.rows.iter().map(|row| Value::Object(object(row))).collect()).to_string()
    }
}

impl Cell {
    fn csv(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Time(time) => time.map(|t| t.to_string()).unwrap_or_default(),
            Self::Percent(percent) => percent.map(|p| p.to_string()).unwrap_or_default(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Number(number) => (*number).into(),
            Self::Flag(flag) => (*flag).into(),
            Self::Time(time) => time.map(|t| t.to_string()).into(),
            Self::Percent(percent) => (*percent).into(),
        }
    }
}

/// A text for CSV. Spreadsheets run what begins with one of `=+-@` as a formula; an apostrophe
/// before it makes it a text.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !text.contains(['"', ',', '\r', '\n']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_hold_what_the_list_holds() {
        let row = |name: &str| {
            vec![Cell::Text(name.into()), Cell::Number(7), Cell::Flag(true), Cell::Time(None), Cell::Percent(Some(3))]
        };
        let table = Table {
            name: "x",
            columns: &["name", "n", "flag", "time", "percent"],
            rows: vec![row("a,\"b\""), row("=cmd|' /C calc'!A0")],
        };
        assert_eq!(
            table.csv(),
            "name,n,flag,time,percent\r\n\"a,\"\"b\"\"\",7,true,,3\r\n\"'=cmd|' /C calc'!A0\",7,true,,3\r\n"
        );
        let json: Value = serde_json::from_str(&table.json()).unwrap();
        assert_eq!(json[1]["name"], "=cmd|' /C calc'!A0");
        assert_eq!(json[0]["time"], Value::Null);
    }

    #[test]
    fn every_page_is_read() {
        let list = |request: &PageRequest| {
            let at: u64 = request.cursor.as_deref().unwrap_or("0").parse().unwrap();
            Ok(Page { items: vec![at], next: (at < 3).then(|| (at + 1).to_string()), total: None })
        };
        assert_eq!(everything(list).unwrap(), [0, 1, 2, 3]);
    }
}
