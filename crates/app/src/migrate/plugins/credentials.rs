//! The credentials of a broker, from the class beside its configuration that lists them.

/// A field of the class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Credential {
    pub(super) key: String,
    /// Whether it has no default.
    pub(super) is_required: bool,
}

/// The fields of the first class whose name ends in `Credentials` and that lists some.
pub(super) fn credentials(source: &str) -> Vec<Credential> {
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let is_class = line.strip_prefix("class ").is_some_and(|rest| {
            let end = rest.find(['(', ':']).unwrap_or(rest.len());
            rest[..end].trim_end().ends_with("Credentials")
        });
        if is_class {
            let body = lines.by_ref().take_while(|line| is_inside(line));
            let fields: Vec<Credential> = body.filter_map(field).collect();
            if !fields.is_empty() {
                return fields;
            }
        }
    }
    Vec::new()
}

fn is_inside(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with([' ', '\t', '#'])
}

/// `    password: str`, or `    totp_secret_key: Optional[str] = None`.
fn field(line: &str) -> Option<Credential> {
    let indent = line.len() - line.trim_start().len();
    let (key, rest) = line.trim().split_once(':')?;
    let is_name = super::python::is_identifier(key);
    // Deeper lines belong to methods, and a statement has nothing behind its colon.
    let is_field = is_name && (indent == 4 || line.starts_with('\t')) && !rest.trim().is_empty();
    is_field.then(|| Credential { key: key.to_owned(), is_required: !rest.contains('=') })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_the_class_are_listed_with_what_can_be_left_out() {
        let source = r#"
@dataclass
class Base:
    other: int

@dataclass
class AcmeCredentials(BaseCredentials):
    """A name: and more."""

    username: str
    password: str
    totp: Optional[str] = None

    def minimal(self) -> bool:
        here: bool = True
        return here

class AcmeConfig(BaseConfig):
    key: str
"#;
        let told: Vec<(String, bool)> = credentials(source)
            .into_iter()
            .map(|credential| (credential.key, credential.is_required))
            .collect();
        let expected = [("username", true), ("password", true), ("totp", false)];
        assert_eq!(told, expected.map(|(key, is_required)| (key.to_owned(), is_required)));
        assert_eq!(credentials("class Credentials: pass\nx: int\n"), []);
        assert_eq!(credentials(""), []);
    }
}
