//! Fields of forms, with label, hint and the problem with what was entered.

use askama::Template;

/// A line to fill in.
#[derive(Template)]
#[template(path = "components/input.html")]
pub struct Input {
    name: &'static str,
    label: String,
    kind: &'static str,
    value: String,
    hint: Option<String>,
    problem: Option<String>,
    autocomplete: &'static str,
    required: bool,
    /// Several lines.
    rows: Option<u8>,
    /// An example, shown while it is empty.
    placeholder: String,
}

/// One of several to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
    pub hint: Option<String>,
}

/// A choice from a list.
#[derive(Template)]
#[template(path = "components/select.html")]
pub struct Select {
    name: &'static str,
    label: String,
    choices: Vec<Choice>,
    hint: Option<String>,
    problem: Option<String>,
}

/// A choice of a few that all are worth reading.
#[derive(Template)]
#[template(path = "components/radios.html")]
pub struct Radios {
    name: &'static str,
    label: String,
    choices: Vec<Choice>,
    problem: Option<String>,
}

super::escapes_itself!(Input, Select, Radios);

impl Choice {
    /// A choice.
    pub fn new(value: impl ToString, label: impl ToString, chosen: bool) -> Self {
        Self { value: value.to_string(), label: label.to_string(), chosen, hint: None }
    }

    /// With a sentence about it.
    pub fn hint(mut self, hint: impl ToString) -> Self {
        self.hint = Some(hint.to_string());
        self
    }
}

impl Input {
    /// A text line with what was entered before.
    pub fn text(name: &'static str, label: impl ToString, value: impl ToString) -> Self {
        Self {
            name,
            label: label.to_string(),
            kind: "text",
            value: value.to_string(),
            hint: None,
            problem: None,
            autocomplete: "off",
            required: false,
            rows: None,
            placeholder: String::new(),
        }
    }

    /// A password; never filled in again by the server.
    pub fn password(name: &'static str, label: impl ToString, autocomplete: &'static str) -> Self {
        Self { kind: "password", autocomplete, required: true, ..Self::text(name, label, "") }
    }

    /// Another type of HTML's `input`.
    pub fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// An example, shown while it is empty.
    pub fn placeholder(mut self, example: impl ToString) -> Self {
        self.placeholder = example.to_string();
        self
    }

    /// Several lines.
    pub fn rows(mut self, rows: u8) -> Self {
        self.rows = Some(rows);
        self
    }

    /// Cannot be left out.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// What browsers may fill in (HTML's `autocomplete`).
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = token;
        self
    }

    /// A sentence below it.
    pub fn hint(mut self, hint: impl ToString) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// What is wrong with what was entered.
    pub fn problem(mut self, problem: Option<String>) -> Self {
        self.problem = problem;
        self
    }
}

impl Select {
    /// Whether there is anything to choose.
    pub fn several(&self) -> bool {
        self.choices.len() > 1
    }

    /// A list.
    pub fn new(name: &'static str, label: impl ToString, choices: Vec<Choice>) -> Self {
        Self { name, label: label.to_string(), choices, hint: None, problem: None }
    }

    /// A sentence below it.
    pub fn hint(mut self, hint: impl ToString) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// What is wrong with what was chosen.
    pub fn problem(mut self, problem: Option<String>) -> Self {
        self.problem = problem;
        self
    }
}

impl Radios {
    /// A few choices.
    pub fn new(name: &'static str, label: impl ToString, choices: Vec<Choice>, problem: Option<String>) -> Self {
        Self { name, label: label.to_string(), choices, problem }
    }
}
