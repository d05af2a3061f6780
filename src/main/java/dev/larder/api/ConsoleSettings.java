package dev.larder.api;

import dev.larder.config.Addresses;
import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.config.Section;
import dev.larder.config.Type;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The `[console]` table: the listener for the REST API.
///
/// @param listen addresses to listen on; empty switches the console off
/// @param hosts names in `Host` that are answered beside addresses and `localhost`, in small
///   letters
/// @param anonymousReads whether requests that change nothing need no token
/// @param authorizedSecrets a file of secrets that are taken like tokens, or null
public record ConsoleSettings(
    List<InetSocketAddress> listen,
    List<String> hosts,
    boolean anonymousReads,
    @Nullable Path authorizedSecrets) {
  private static final int DEFAULT_PORT = 8090;

  private static final Pattern HOST =
      Pattern.compile(
          "(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

  /// Addresses of the console listener.
  public static final Key<List<InetSocketAddress>> LISTEN =
      Key.of(
          "listen",
          Type.list("list of address:port", Type.listenAddress()),
          List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), DEFAULT_PORT)),
          "Where the console listens. `[]` switches it off.");

  private static final Key<List<String>> HOSTS =
      Key.of(
          "hosts",
          Type.list(
              "list of host names",
              Type.text("host name", "larder.example.net", ConsoleSettings::host, host -> host)),
          List.of(),
          "Names by which it may be asked, as a reverse proxy in front of it passes them on in"
              + " `Host`. Addresses and `localhost` are always taken.");

  private static final Key<Boolean> ANONYMOUS_READS =
      Key.of(
          "anonymous-reads",
          Type.bool(),
          false,
          "Whether requests that change nothing need no token. Tokens and the audit log are never"
              + " shown without one.");

  private static final Key<Path> AUTHORIZED_SECRETS =
      Key.open(
          "authorized-secrets",
          Type.path("/etc/larder/authorized_secrets"),
          "there is none",
          "A file as serene has it, each line the base64 of a secret's SHA-256 and a label: such a"
              + " secret is a token that may read, upload to and remove from every repository. Read"
              + " again when it has changed.");

  /// The table, for the reference.
  public static final KeyTable TABLE =
      new KeyTable(
          "console",
          "The console listener: the REST API that the command line uses.",
          false,
          List.of(LISTEN, HOSTS, ANONYMOUS_READS, AUTHORIZED_SECRETS));

  /// Takes defensive copies.
  public ConsoleSettings {
    listen = List.copyOf(listen);
    hosts = List.copyOf(hosts);
  }

  /// The defaults of everything but the addresses.
  public ConsoleSettings(List<InetSocketAddress> listen) {
    this(listen, List.of(), false, null);
  }

  /// Reads `[console]`.
  ///
  /// @return stand-ins where a value is broken; the section's document knows the problems
  public static ConsoleSettings read(Section section) {
    ConsoleSettings settings =
        new ConsoleSettings(
            section.get(LISTEN),
            section.get(HOSTS),
            section.get(ANONYMOUS_READS),
            section.find(AUTHORIZED_SECRETS));
    String fault = settings.fault();
    if (fault != null) {
      section.complain(LISTEN, fault, null);
    }
    return settings;
  }

  private static String host(String text) {
    String name = text.toLowerCase(Locale.ROOT);
    if (!HOST.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "this is not a host's name; write it without scheme and port, as in larder.example.net");
    }
    return name;
  }

  /// Why the console cannot be opened with these settings, in one sentence that says what to do; or
  /// null if nothing speaks against it.
  ///
  /// The console speaks plain HTTP and its token must not cross a network in the clear, so only
  /// loopback addresses are taken.
  public @Nullable String fault() {
    for (InetSocketAddress address : listen) {
      if (address.isUnresolved()) {
        return "the host %s has no address; write an address such as 127.0.0.1:%d"
            .formatted(address.getHostString(), address.getPort());
      }
      if (!address.getAddress().isLoopbackAddress()) {
        return ("%s can be reached from other machines, and the console speaks no"
                + " TLS; use 127.0.0.1:%d and reach it from elsewhere through SSH or a proxy with TLS")
            .formatted(Addresses.format(address), address.getPort());
      }
    }
    return null;
  }
}
