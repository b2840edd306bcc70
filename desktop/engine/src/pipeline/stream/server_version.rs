//! What a server says of itself, and the oldest that is used.

use std::fmt;

use redis::{Client, RedisError};

use super::redis::{connect, server_code};

/// The oldest that is used, in Redis's own numbers: `XPENDING` from an id on (`(id`) came with 6.2. Debian 11
/// and Ubuntu 22.04 have 6.0.
pub(crate) const OLDEST: (u32, u32) = (6, 2);

/// A server's name and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerVersion {
    /// As people know it: Redis 7.0.15, Valkey 8.1.8.
    name: String,
    /// The Redis whose commands it has.
    commands: (u32, u32),
}

impl ServerVersion {
    /// Reads the answer to `INFO server`. Valkey names its own version beside the Redis that it descends
    /// from.
    pub(crate) fn parse(info: &str) -> Option<Self> {
        let line =
            |name: &str| info.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'));
        let redis = line("redis_version")?;
        let mut numbers = redis.split('.').map_while(|number| number.parse().ok());
        let commands = (numbers.next()?, numbers.next()?);
        let name = match line("valkey_version") {
            Some(valkey) => format!("Valkey {valkey}"),
            None => format!("Redis {redis}"),
        };
        Some(Self { name, commands })
    }

    /// Whether it has all that is asked of it.
    pub(crate) fn is_enough(&self) -> bool {
        self.commands >= OLDEST
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Asks a server, once it has read its file. `None` where it does not tell, which some are told not to.
pub(super) async fn ask(client: &Client) -> Result<Option<ServerVersion>, RedisError> {
    let mut conn = connect(client).await?;
    // While it reads its file this alone is refused.
    redis::cmd("PING").exec_async(&mut conn).await?;
    match redis::cmd("INFO").arg("server").query_async::<String>(&mut conn).await {
        Ok(info) => Ok(ServerVersion::parse(&info)),
        Err(error) if server_code(&error).is_some() => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_known_by_what_they_say() {
        let check = |info: &str, expected: Option<(&str, bool)>| {
            let found = ServerVersion::parse(info);
            let found = found.map(|version| (version.to_string(), version.is_enough()));
            assert_eq!(found, expected.map(|(name, enough)| (name.to_owned(), enough)), "{info}");
        };
        check("# Server\r\nredis_version:5.0.6\r\nredis_mode:standalone\r\n", Some(("Redis 5.0.6", false)));
        check("# Server\r\nredis_version:6.0.16\r\n", Some(("Redis 6.0.16", false)));
        check("# Server\r\nredis_version:6.2.0\r\n", Some(("Redis 6.2.0", true)));
        check("# Server\r\nredis_version:7.0.15\r\n", Some(("Redis 7.0.15", true)));
        check("# Server\r\nredis_version:10.0.1\r\n", Some(("Redis 10.0.1", true)));
        // A release candidate, and what is built from the newest source.
        check("redis_version:6.2-rc1\r\n", None);
        check("redis_version:255.255.255\r\n", Some(("Redis 255.255.255", true)));
        check(
            "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.8\r\n",
            Some(("Valkey 8.1.8", true)),
        );
        check("# Server\r\ndragonfly_version:df-v1.0\r\n", None);
        check("", None);
    }
}
