use uuid::Uuid;

use super::*;

const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";

fn open(text: &str) -> Result<Envelope<'_>, SoapError> {
    Envelope::open(text, Limits::REQUEST)
}

fn envelope(headers: &str, body: &str) -> String {
    format!("<e:Envelope xmlns:e=\"{SOAP11}\"><e:Header>{headers}</e:Header><e:Body>{body}</e:Body></e:Envelope>")
}

/// The text of the operation's element.
fn text_of(body: &str) -> Result<String, SoapError> {
    let text = envelope("", &format!("<Op><A>{body}</A></Op>"));
    let mut envelope = open(&text)?;
    let mut found = String::new();
    envelope.body.children(|reader, element| {
        found = reader.string(element)?;
        Ok(())
    })?;
    envelope.close()?;
    Ok(found)
}

#[test]
fn headers_of_ws_addressing_are_understood() {
    let addressing = "<a:Action e:mustUnderstand=\"1\" xmlns:a=\"http://www.w3.org/2005/08/addressing\">x</a:Action>";
    let text = envelope(addressing, "<p:Op xmlns:p=\"urn:x\"/>");
    let envelope = open(&text).unwrap();
    assert_eq!((envelope.operation.as_str(), envelope.namespace.as_str()), ("Op", "urn:x"));
    envelope.close().unwrap();
}

#[test]
fn other_headers_are_refused_if_they_must_be_understood() {
    let header = |attribute: &str| envelope(&format!("<x:Pay {attribute} xmlns:x=\"urn:pay\"/>"), "<Op/>");
    assert!(open(&header("")).is_ok());
    assert!(open(&header("e:mustUnderstand=\"0\"")).is_ok());
    let Err(error) = open(&header("e:mustUnderstand=\"1\"")).map(|_| ()) else { panic!("refused") };
    assert!(matches!(&error, SoapError::NotUnderstood { name } if name == "Pay"));
    assert_eq!(error.protocol_fault(), ProtocolFault::MustUnderstand);
}

#[test]
fn what_is_no_envelope_is_refused() {
    for text in ["", "text", "<a/>", "<Envelope xmlns='urn:other'><Body><Op/></Body></Envelope>"] {
        assert!(matches!(open(text), Err(SoapError::NotSoap)), "{text:?}");
    }
    for inside in ["", "<e:Body/>", "<e:Header/>", "<e:Other/>"] {
        let text = format!("<e:Envelope xmlns:e=\"{SOAP11}\">{inside}</e:Envelope>");
        assert!(matches!(open(&text), Err(SoapError::NoOperation)), "{text}");
    }
}

#[test]
fn text_may_have_references_sections_and_comments() {
    assert_eq!(text_of("a&lt;b&amp;&#65;&#x42;<!-- no --><![CDATA[<c>]]>").unwrap(), "a<b&AB<c>");
    assert_eq!(text_of("before<x>inside</x>after").unwrap(), "beforeafter");
    for body in ["&xxe;", "&#0;", "&#x1F;", "&#xFFFF;", "&#xD800;"] {
        assert!(matches!(text_of(body), Err(SoapError::Entity { .. } | SoapError::Malformed { .. })), "{body}");
    }
    assert!(text_of("a & b").is_err());
}

#[test]
fn damaged_documents_are_refused() {
    for text in [
        "<a".to_owned(),
        envelope("", "<Op>").replace("</e:Body></e:Envelope>", ""),
        envelope("", "<Op><a></b></Op>"),
        envelope("", "<Op x=1/>"),
        envelope("", "<Op x='1' x='2'/>"),
        envelope("", "<Op x='&bad;'/>"),
        envelope("", "<Op/>").replace("</e:Envelope>", ""),
    ] {
        assert!(open(&text).and_then(Envelope::close).is_err(), "{text}");
    }
}

#[test]
fn depth_elements_attributes_and_bytes_are_bounded() {
    let deep = envelope("", &("<a>".repeat(50) + &"</a>".repeat(50)));
    let many = envelope("", &format!("<a>{}</a>", "<b/>".repeat(400_001)));
    let attributes: String = (0..40).map(|n| format!(" a{n}=''")).collect();
    let wide = envelope("", &format!("<a{attributes}/>"));
    let long = envelope("", &"x".repeat(Limits::REQUEST.bytes));
    for (text, expected) in [(deep, "levels"), (many, "elements"), (wide, "attributes"), (long, "bytes")] {
        match open(&text).and_then(Envelope::close) {
            Err(SoapError::Limit { what, .. }) => assert_eq!(what, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn fragments_stay_as_they_are_written() {
    let fragment = |body: &str| {
        let text = envelope("", &format!("<Op><Xml>{body}</Xml><After>7</After></Op>"));
        let mut envelope = open(&text).unwrap();
        let (mut found, mut after) = (None, 0);
        envelope
            .body
            .children(|reader, element| {
                match element.name() {
                    "Xml" => found = Some(reader.fragment()?),
                    _ => reader.set(element, &mut after)?,
                }
                Ok(())
            })
            .unwrap();
        envelope.close().unwrap();
        assert_eq!(after, 7);
        let Some(Fragment::Escaped(found)) = found else { panic!("escaped") };
        String::from_utf8(found.into_owned()).unwrap()
    };
    assert_eq!(fragment("&lt;a b=\"c\" /&gt;&amp;amp;"), "&lt;a b=\"c\" /&gt;&amp;amp;");
    assert_eq!(fragment(""), "");
    assert_eq!(fragment("x&gt;<![CDATA[<a>&]]>y&#65;<!-- c --><b><c/>no</b>z"), "x&gt;&lt;a&gt;&amp;y&#65;z");
    assert_eq!(Fragment::escaped(b"&lt;a&gt;").to_xml().unwrap(), "<a>");
}

#[test]
fn arrays_of_numbers_are_read_in_every_spelling() {
    let ints = |array: &str| {
        let text = envelope("", &format!("<Op>{array}<After>7</After></Op>"));
        let mut envelope = open(&text)?;
        let (mut found, mut after) = (Vec::new(), 0);
        envelope.body.children(|reader, element| match element.name() {
            "A" => reader.ints(element, 5, &mut found),
            _ => reader.set(element, &mut after),
        })?;
        envelope.close()?;
        assert_eq!(after, 7, "{array}");
        Ok::<_, SoapError>(found)
    };
    for (array, expected) in [
        ("<A/>", &[][..]),
        ("<A></A>", &[]),
        ("<A/><int>3</int>", &[]),
        ("<A><int>1</int><int>22</int></A>", &[1, 22]),
        ("<A><int>1</int>\n<int>2</int><int>3</int></A>", &[1, 2, 3]),
        ("<A><int>1</int><p:int xmlns:p='u'>-2</p:int><int>2147483647</int></A>", &[1, -2, i32::MAX]),
        (
            "<A><int>1</int><int/><int n='1'>2</int><item> 3 </item><int>4</int></A><A><int>5</int></A>",
            &[1, 2, 3, 4, 5],
        ),
    ] {
        assert_eq!(ints(array).unwrap(), expected, "{array}");
    }
    for array in ["<A><int>1</int><int>x</int></A>", "<A><int>1</int><int>9999999999</int></A>"] {
        assert_eq!(ints(array).unwrap_err().parameter(), Some("A"), "{array}");
    }
    assert!(matches!(ints("<A><int>1</int><int>2</A>"), Err(SoapError::Malformed { .. })));
    let six = "<A><int>1</int><int>2</int><int>3</int><int>4</int><int>5</int><int>6</int></A>";
    assert!(matches!(ints(six), Err(SoapError::TooLong { limit: 5, .. })));
}

#[test]
fn bytes_are_decoded() {
    let text = "<a>ä</a>";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mark = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
    for (bytes, charset) in [
        (text.as_bytes().to_vec(), None),
        (mark(b"\xEF\xBB\xBF", text.as_bytes()), Some("utf-16")),
        (mark(b"\xFF\xFE", &utf16), None),
        (mark(b"\xFE\xFF", &big), Some("utf-8")),
        (utf16.clone(), Some("\"UTF-16\"")),
        (big, None),
    ] {
        assert_eq!(decode(&bytes, charset).unwrap(), text);
    }
    assert!(decode(b"<a>\xFF</a>", None).is_err());
    assert!(decode(b"<a>\0</a>", None).is_err());
    assert!(decode(&utf16[..utf16.len() - 1], Some("utf-16")).is_err());
}

#[test]
fn soap_actions_are_read_with_and_without_quotes() {
    let expected = Some(SoapAction { namespace: "urn:a/b", operation: "Op" });
    for header in ["\"urn:a/b/Op\"", "urn:a/b/Op", " \"urn:a/b/Op\" "] {
        assert_eq!(SoapAction::parse(header), expected);
    }
    for header in ["", "\"\"", "Op", "/Op", "urn:a/"] {
        assert_eq!(SoapAction::parse(header), None);
    }
    let content_type = "application/soap+xml; charset=utf-8; Action=\"urn:a/b/Op\"";
    assert_eq!(SoapAction::of_content_type(content_type), expected);
    assert_eq!(SoapAction::of_content_type("text/xml; charset=utf-8"), None);
}

#[test]
fn faults_in_both_versions() {
    let fault = Fault {
        code: ErrorCode::ServerBusy,
        message: String::new(),
        id: Uuid::nil(),
        action: "urn:x/Op".to_owned(),
        actor: None,
    };
    let detail = "<ErrorCode>ServerBusy</ErrorCode><Message></Message>\
                  <ID>00000000-0000-0000-0000-000000000000</ID><Method>\"urn:x/Op\"</Method>";
    let write = |version| String::from_utf8(fault.write(Style::Wcf, version)).unwrap();
    assert_eq!(
        write(SoapVersion::Soap11),
        format!(
            "<s:Envelope xmlns:s=\"{SOAP11}\"><s:Body><s:Fault><faultcode>s:Server</faultcode>\
             <faultstring>Fault occurred</faultstring><detail>{detail}</detail></s:Fault></s:Body></s:Envelope>"
        )
    );
    assert_eq!(
        write(SoapVersion::Soap12),
        format!(
            "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Fault><s:Code>\
             <s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang=\"en\">Fault occurred</s:Text></s:Reason>\
             <s:Detail>{detail}</s:Detail></s:Fault></s:Body></s:Envelope>"
        )
    );
    let refused = ProtocolFault::MustUnderstand.write("a < b", Style::Asmx, SoapVersion::Soap11);
    let refused = String::from_utf8(refused).unwrap();
    assert!(
        refused.contains("<faultcode>soap:MustUnderstand</faultcode><faultstring>a &lt; b</faultstring><detail />")
    );
}

#[test]
fn every_error_code_is_read_as_it_is_written() {
    for code in ["InvalidCookie", "ServerChanged", "CookieExpired", "ConfigChanged", "RegistrationRequired"] {
        assert_eq!(ErrorCode::parse(code).unwrap().as_str(), code);
    }
    assert_eq!(ErrorCode::parse("InvalidParameter"), Some(ErrorCode::InvalidParameters));
    assert_eq!(ErrorCode::parse("invalidcookie"), None);
}

#[test]
fn times_have_up_to_seven_digits_and_need_no_zone() {
    for (text, written) in [
        ("2026-10-04T13:17:07.59Z", "2026-10-04T13:17:07.59Z"),
        ("2026-10-04T16:03:35.9967236Z", "2026-10-04T16:03:35.9967236Z"),
        ("2026-10-04T16:03:35", "2026-10-04T16:03:35Z"),
        ("2026-10-04T16:03:35.123456789", "2026-10-04T16:03:35.1234567Z"),
        ("2026-10-04T16:03:35+02:00", "2026-10-04T14:03:35Z"),
        ("2026-10-04", "2026-10-04T00:00:00Z"),
        ("0001-01-01T00:00:00", "0001-01-01T00:00:00Z"),
    ] {
        assert_eq!(format_date_time(Value::parse(text).unwrap()), written, "{text}");
    }
    for text in ["yesterday", "2026-13-01", "2026-10-04T25:00:00Z"] {
        assert_eq!(<jiff::Timestamp as Value>::parse(text), None, "{text}");
    }
}

#[test]
fn text_is_escaped_like_dotnet() {
    let escaped = escape("a<b>&\"'\r\n\t\u{1}ä");
    assert_eq!(String::from_utf8(escaped).unwrap(), "a&lt;b&gt;&amp;\"'&#xD;\n\t\u{FFFD}ä");
}

#[test]
fn numbers_are_written() {
    let mut out = XmlWriter::new(Style::Wcf, SoapVersion::Soap11, ContentEncoding::Identity);
    for value in [0, -1, 42, i64::MAX, i64::MIN] {
        out.int("n", value);
    }
    assert_eq!(
        String::from_utf8(out.into_bytes()).unwrap(),
        "<n>0</n><n>-1</n><n>42</n><n>9223372036854775807</n><n>-9223372036854775808</n>"
    );
}
