package dev.larder.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A dual-homed machine: a server with one foot in each of two networks that do not know each
/// other.
///
/// ```
///   clear  198.51.100.1  ----  198.51.100.2  server
///          fd00:c1ea::1  ----  fd00:c1ea::2
///                              fd00:ee5::2   ----  fd00:ee5::1   mesh
///                              200:feed::2   ----  200:feed::1
/// ```
///
/// Three network namespaces joined by virtual cables. What must not pass is counted by the server's
/// firewall, see [#firewall]. Addresses answer at once (no duplicate address detection).
public final class Netns implements AutoCloseable {
  /// The outside, IPv4.
  public static final InetAddress CLEAR_V4 = InetAddress.ofLiteral("198.51.100.1");

  /// The outside, IPv6.
  public static final InetAddress CLEAR_V6 = InetAddress.ofLiteral("fd00:c1ea::1");

  /// The server's foot in the outside, IPv4.
  public static final InetAddress SERVER_CLEAR_V4 = InetAddress.ofLiteral("198.51.100.2");

  /// The server's foot in the outside, IPv6.
  public static final InetAddress SERVER_CLEAR_V6 = InetAddress.ofLiteral("fd00:c1ea::2");

  /// The server's foot in the mesh.
  public static final InetAddress SERVER_MESH = InetAddress.ofLiteral("fd00:ee5::2");

  /// A machine of the mesh.
  public static final InetAddress MESH = InetAddress.ofLiteral("fd00:ee5::1");

  private static final Pattern COUNTER =
      Pattern.compile("counter packets (\\d+) bytes \\d+ comment \"(\\w+)\"");

  private final String id;
  private final List<Process> processes = new ArrayList<>();

  private Netns(String id) {
    this.id = id;
  }

  /// One of the three machines.
  public enum Side {
    /// The outside: the upstreams.
    CLEAR("c"),
    /// The machine with two feet: Larder.
    SERVER("s"),
    /// The inside: the clients.
    MESH("m");

    private final String letter;

    Side(String letter) {
      this.letter = letter;
    }
  }

  /// Makes the three and joins them. Skips the test where that is not possible.
  public static Netns create() {
    Tools.require("ip", "nft");
    Tools.requireRoot("network namespaces");
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    Netns netns = new Netns("larder-" + HexFormat.of().formatHex(random));
    Command.Result first = ip("netns", "add", netns.name(Side.CLEAR)).run();
    if (!first.ok()) {
      Tools.missing("network namespaces cannot be made here: " + first.output().strip());
    }
    try {
      netns.build();
      return netns;
    } catch (RuntimeException | AssertionError e) {
      netns.close();
      throw e;
    }
  }

  private void build() {
    ip("netns", "add", name(Side.SERVER)).runOk();
    ip("netns", "add", name(Side.MESH)).runOk();
    for (Side side : Side.values()) {
      ipIn(side, "link", "set", "lo", "up");
    }
    join(Side.CLEAR, "clear0");
    join(Side.MESH, "mesh0");
    address(Side.CLEAR, "up0", "198.51.100.1/24");
    address(Side.CLEAR, "up0", "fd00:c1ea::1/64");
    address(Side.SERVER, "clear0", "198.51.100.2/24");
    address(Side.SERVER, "clear0", "fd00:c1ea::2/64");
    address(Side.SERVER, "mesh0", "fd00:ee5::2/64");
    address(Side.SERVER, "mesh0", "200:feed::2/64");
    address(Side.MESH, "up0", "fd00:ee5::1/64");
    address(Side.MESH, "up0", "200:feed::1/64");
  }

  private void join(Side side, String serverEnd) {
    ip("link", "add", "up0", "netns", name(side))
        .with("type", "veth", "peer", "name", serverEnd, "netns", name(Side.SERVER))
        .runOk();
    ipIn(side, "link", "set", "up0", "up");
    ipIn(Side.SERVER, "link", "set", serverEnd, "up");
  }

  private void address(Side side, String link, String address) {
    if (address.indexOf(':') >= 0) {
      ipIn(side, "addr", "add", address, "dev", link, "nodad");
    } else {
      ipIn(side, "addr", "add", address, "dev", link);
    }
  }

  private static Command ip(String... arguments) {
    return Command.of(Tools.path("ip")).with(arguments);
  }

  private void ipIn(Side side, String... arguments) {
    ip("-n", name(side)).with(arguments).runOk();
  }

  /// Closes the server's firewall except for clients of the mesh to one port and for fetches from
  /// the outside. Everything else is dropped and counted: [#refused()], [#leaked()].
  ///
  /// @param listenPort the server's port that the mesh may use
  /// @param fetchPorts the ports of the outside that the server may use
  public void firewall(int listenPort, int... fetchPorts) {
    String ports = String.join(", ", IntStream.of(fetchPorts).mapToObj(String::valueOf).toList());
    String rules =
        """
        table inet guard {
          chain in {
            type filter hook input priority 0; policy drop;
            iif lo accept
            ct state established,related accept
            meta l4proto ipv6-icmp accept
            iifname "mesh0" tcp dport %d accept
            counter comment "refused"
          }
          chain out {
            type filter hook output priority 0; policy drop;
            oif lo accept
            ct state established,related accept
            meta l4proto ipv6-icmp accept
            oifname "clear0" tcp dport { %s } accept
            counter comment "leaked"
          }
        }
        """
            .formatted(listenPort, ports);
    try {
      Path file = Files.createTempFile("larder-nft", ".rules");
      Files.writeString(file, rules);
      command(Side.SERVER, Tools.path("nft"), "-f", file.toString()).runOk();
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Packets that came to the server and should not have.
  public long refused() {
    return counter("refused");
  }

  /// Packets that the server wanted to send and should not have.
  public long leaked() {
    return counter("leaked");
  }

  private long counter(String name) {
    String table =
        command(Side.SERVER, Tools.path("nft"), "list", "table", "inet", "guard").runOk();
    Matcher matcher = COUNTER.matcher(table);
    while (matcher.find()) {
      if (matcher.group(2).equals(name)) {
        return Long.parseLong(matcher.group(1));
      }
    }
    throw new AssertionError("no counter " + name + " in:\n" + table);
  }

  /// What a command line begins with to run on one of the machines.
  public List<String> prefix(Side side) {
    return List.of(Tools.path("ip"), "netns", "exec", name(side));
  }

  /// A command on one of the machines.
  public Command command(Side side, String... arguments) {
    return Command.of(prefix(side)).with(arguments);
  }

  /// Starts a program on one of the machines; [#close()] ends it.
  ///
  /// @param output file for what it writes
  public Process start(Side side, Path output, Command command) throws IOException {
    Process process = command.prefixed(prefix(side)).start(output);
    processes.add(process);
    return process;
  }

  private String name(Side side) {
    return id + side.letter;
  }

  /// Ends the programs started here and removes the namespaces with all that is in them.
  @Override
  public void close() {
    for (Process process : processes) {
      Stream.concat(process.descendants(), Stream.of(process.toHandle()))
          .forEach(ProcessHandle::destroyForcibly);
      process.onExit().join();
    }
    for (Side side : Side.values()) {
      ip("netns", "del", name(side)).run();
    }
  }
}
