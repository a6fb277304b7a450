//! Which addresses plugins may reach: those of the public internet, and no others.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Networks that are nobody's public place. Source: IANA's special-purpose address registries (RFC 6890
/// and its updates), and the addresses at which clouds tell machines their credentials.
const FORBIDDEN_V4: &[([u8; 4], u32, &str)] = &[
    ([169, 254, 169, 254], 32, "a cloud's metadata"),
    ([168, 63, 129, 16], 32, "a cloud's metadata"),
    ([100, 100, 100, 200], 32, "a cloud's metadata"),
    ([0, 0, 0, 0], 8, "unspecified"),
    ([10, 0, 0, 0], 8, "private"),
    ([100, 64, 0, 0], 10, "a provider's inner network"),
    ([127, 0, 0, 0], 8, "this machine"),
    ([169, 254, 0, 0], 16, "link-local"),
    ([172, 16, 0, 0], 12, "private"),
    ([192, 0, 0, 0], 24, "reserved"),
    ([192, 0, 2, 0], 24, "documentation"),
    ([192, 88, 99, 0], 24, "reserved"),
    ([192, 168, 0, 0], 16, "private"),
    ([198, 18, 0, 0], 15, "benchmarking"),
    ([198, 51, 100, 0], 24, "documentation"),
    ([203, 0, 113, 0], 24, "documentation"),
    ([224, 0, 0, 0], 4, "multicast"),
    ([255, 255, 255, 255], 32, "broadcast"),
    ([240, 0, 0, 0], 4, "reserved"),
];

const FORBIDDEN_V6: &[(Ipv6Addr, u32, &str)] = &[
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), 128, "a cloud's metadata"),
    (Ipv6Addr::UNSPECIFIED, 128, "unspecified"),
    (Ipv6Addr::LOCALHOST, 128, "this machine"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "private"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "link-local"),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, "private"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "multicast"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "documentation"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "documentation"),
    (Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0), 48, "benchmarking"),
    // Teredo, ORCHID and other protocols' own.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "reserved"),
];

/// Why no plugin may reach an address; none where it may.
pub(super) fn forbidden(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => forbidden_v4(address),
        IpAddr::V6(address) => forbidden_v6(address),
    }
}

fn forbidden_v4(address: Ipv4Addr) -> Option<&'static str> {
    let bits = u32::from(address);
    let is_in = |(network, length, _): &&([u8; 4], u32, &str)| {
        let mask = u32::MAX << (32 - length);
        bits & mask == u32::from(Ipv4Addr::from(*network)) & mask
    };
    FORBIDDEN_V4.iter().find(is_in).map(|(.., reason)| *reason)
}

fn forbidden_v6(address: Ipv6Addr) -> Option<&'static str> {
    let bits = u128::from(address);
    let is_in = |(network, length, _): &&(Ipv6Addr, u32, &str)| {
        let mask = u128::MAX << (128 - length);
        bits & mask == u128::from(*network) & mask
    };
    if let Some((.., reason)) = FORBIDDEN_V6.iter().find(is_in) {
        return Some(reason);
    }
    if let Some(embedded) = embedded(address) {
        return forbidden_v4(embedded);
    }
    // Only these are given out to the public.
    (bits >> 125 != 0b001).then_some("reserved")
}

/// The IPv4 address that an IPv6 address stands for.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        // Mapped, compatible, translated (SIIT), and by NAT64.
        [0, 0, 0, 0, 0, 0xffff | 0, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        // 6to4.
        | [0x2002, high, low, ..] => Some(join(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(addresses: &[&str], expected: Option<&str>) {
        for address in addresses {
            assert_eq!(forbidden(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn public_addresses_may_be_reached() {
        check(&["1.1.1.1", "9.255.255.255", "11.0.0.0", "172.15.0.1", "172.32.0.1"], None);
        check(&["100.63.255.255", "100.128.0.0", "223.255.255.255", "192.0.1.1"], None);
        check(&["2606:4700::1111", "2a00::1", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"], None);
        check(&["2002:101:101::1"], None);
    }

    #[test]
    fn all_others_may_not() {
        check(&["127.0.0.1", "127.255.255.254", "::1"], Some("this machine"));
        check(&["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"], Some("private"));
        check(&["fc00::1", "fdff::1", "fec0::1"], Some("private"));
        check(&["169.254.1.1", "fe80::1", "febf::1"], Some("link-local"));
        check(&["100.64.0.1", "100.127.255.255"], Some("a provider's inner network"));
        check(&["224.0.0.1", "239.1.2.3", "ff02::1"], Some("multicast"));
        check(&["255.255.255.255"], Some("broadcast"));
        check(&["0.0.0.0", "0.1.2.3", "::"], Some("unspecified"));
        check(&["192.0.2.1", "198.51.100.1", "203.0.113.1"], Some("documentation"));
        check(&["2001:db8::1", "3fff::1"], Some("documentation"));
        check(&["198.18.0.1", "198.19.255.255", "2001:2::1"], Some("benchmarking"));
        check(&["240.0.0.1", "192.0.0.8", "192.88.99.1"], Some("reserved"));
        check(&["100::1", "64:ff9b:1::1", "5f00::1", "4000::1"], Some("reserved"));
        check(
            &["169.254.169.254", "168.63.129.16", "100.100.100.200", "fd00:ec2::254"],
            Some("a cloud's metadata"),
        );
    }

    #[test]
    fn an_address_within_another_is_seen() {
        check(&["::ffff:10.0.0.1", "::ffff:192.168.0.1", "64:ff9b::10.0.0.1"], Some("private"));
        check(&["::ffff:0:10.0.0.1", "2002:a00:1::1"], Some("private"));
        check(&["::ffff:127.0.0.1", "::127.0.0.1", "2002:7f00:1::"], Some("this machine"));
        check(&["::ffff:169.254.169.254", "64:ff9b::169.254.169.254"], Some("a cloud's metadata"));
        // Teredo: the client's address is in it, inverted.
        check(&["2001:0:4136:e378:8000:63bf:3fff:fdd2"], Some("reserved"));
    }
}
