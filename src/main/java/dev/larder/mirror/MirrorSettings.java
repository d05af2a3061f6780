package dev.larder.mirror;

import dev.larder.cache.CacheSettings;
import dev.larder.config.Amount;
import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.config.Section;
import dev.larder.config.Type;
import dev.larder.egress.RedirectPolicy;
import dev.larder.repo.Admission;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The `[mirror.NAME]` table.
///
/// @param name the table's name: the mirror's name and its path
/// @param format which format the upstream speaks
/// @param upstream base URLs in order of preference, without a slash at the end; `file:` URLs name
///   a pacman mirrorlist, `srv:HOST` the servers that SRV records name
/// @param listen addresses that serve this mirror alone, at `/`; may be empty
/// @param refresh how far an index may be behind a reachable upstream; zero asks on every index
///   request
/// @param activeFor how long after the last request a root is still polled
/// @param hold how long a client that was handed a generation is taken to use it
/// @param heldGenerations how many superseded generations are kept
/// @param heldFor how long superseded generations are kept at most
/// @param acceptRollbackAfter after how long an older index on which all upstreams agree is taken
/// @param verify what to do about signatures
/// @param keyring file or directory of OpenPGP public keys, or null; only for format pacman
/// @param fingerprints directory of trusted fingerprints as pkg(8) has it, or null; only for format
///   freebsd-pkg, and not together with `pubkey`
/// @param pubkey PEM file of the public key a pkg repository is signed with, or null; only for
///   format freebsd-pkg
/// @param redirects where upstreams may send us
/// @param share what it may take of the cache
/// @param keep how long a file stays after its last use, or null for as long as there is room
/// @param roots patterns of the paths it is limited to; empty for everything
/// @param access who is served
public record MirrorSettings(
    String name,
    String format,
    List<String> upstream,
    List<InetSocketAddress> listen,
    Duration refresh,
    Duration activeFor,
    Duration hold,
    int heldGenerations,
    Duration heldFor,
    Duration acceptRollbackAfter,
    Verify verify,
    @Nullable Path keyring,
    @Nullable Path fingerprints,
    @Nullable Path pubkey,
    RedirectPolicy redirects,
    Amount share,
    @Nullable Duration keep,
    List<String> roots,
    Admission access) {
  /// What to do about signatures where keys to trust are configured.
  public enum Verify {
    /// An index or package without a good signature is refused.
    REQUIRE,
    /// It is served, loudly.
    WARN,
    /// Signatures are not looked at.
    OFF
  }

  private static final int MOST_GENERATIONS = 1000;
  private static final int LONGEST_NAME = 64;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]*");
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*");

  private static final String PACMAN = "pacman";
  private static final String FREEBSD_PKG = "freebsd-pkg";
  private static final String FREEBSD_UPDATE = "freebsd-update";
  private static final String FREEBSD_RELEASES = "freebsd-releases";

  /// A mirror whose name says everything.
  private record Known(String name, String format, List<String> upstream) {}

  private static final List<Known> KNOWN =
      List.of(
          new Known(FREEBSD_PKG, FREEBSD_PKG, List.of("https://pkg.freebsd.org")),
          new Known(FREEBSD_UPDATE, FREEBSD_UPDATE, List.of("http://update.freebsd.org")),
          new Known(
              FREEBSD_RELEASES,
              FREEBSD_RELEASES,
              List.of("https://download.freebsd.org", "https://ftp.freebsd.org/pub/FreeBSD")),
          new Known("arch", PACMAN, List.of("https://geo.mirror.pkgbuild.com")));

  /// Which format the upstream speaks.
  public static final Key<String> FORMAT =
      Key.open(
          "format",
          Type.string("name of a format", PACMAN),
          "`pacman` for `[mirror.arch]`; the name for `[mirror.freebsd-pkg]`,"
              + " `[mirror.freebsd-update]` and `[mirror.freebsd-releases]`; required for others",
          "What the upstream serves: `pacman`, `freebsd-pkg`, `freebsd-update` or"
              + " `freebsd-releases`.");

  /// Base URLs.
  public static final Key<List<String>> UPSTREAM =
      Key.open(
          "upstream",
          Type.listOrOne(
              "list of URLs",
              Type.text("URL", "https://geo.mirror.pkgbuild.com", UpstreamUrl::parse, url -> url)),
          "the project's own servers for `[mirror.arch]`, `[mirror.freebsd-pkg]`,"
              + " `[mirror.freebsd-update]` and `[mirror.freebsd-releases]`; required for others",
          "Where packages come from, in order of preference: the directory in which clients find"
              + " `core/os/x86_64` (pacman), `FreeBSD:15:amd64` (freebsd-pkg), `15.0-RELEASE`"
              + " (freebsd-update) or `releases` (freebsd-releases)."
              + " `\"file:/etc/pacman.d/mirrorlist\"` takes the servers of pacman's own list,"
              + " `\"srv:pkg.freebsd.org\"` those that the SRV records of a host name. A single one"
              + " may be written without brackets.");

  /// Addresses of this mirror alone.
  public static final Key<List<InetSocketAddress>> LISTEN =
      Key.of(
          "listen",
          Type.list("list of address:port", Type.listenAddress()),
          List.of(),
          "Addresses that serve this mirror alone, at `/`, beside `/NAME/` of the package"
              + " listener.");

  /// How stale an index may be.
  public static final Key<Duration> REFRESH =
      Key.open(
          "refresh",
          Type.duration(),
          "`\"5m\"`; `\"0s\"` for format freebsd-update, which has nothing to wait for: its pointers"
              + " are small and name all else by checksum",
          "How far an index may be behind a reachable upstream. `\"0s\"` asks on every request for"
              + " an index.");

  /// How long a root is polled.
  public static final Key<Duration> ACTIVE_FOR =
      Key.of(
          "active-for",
          Type.duration(),
          Duration.ofDays(7),
          "How long after the last request a mirror is still polled.");

  /// How long a client keeps its generation.
  public static final Key<Duration> HOLD =
      Key.of(
          "hold",
          Type.duration(),
          Duration.ofMinutes(30),
          "How long a client that was handed an index still gets the files of that index where newer"
              + " ones have the same names, as long as that generation is kept.");

  /// How many superseded generations are kept.
  public static final Key<Integer> HELD_GENERATIONS =
      Key.of(
          "held-generations",
          Type.integer(0, MOST_GENERATIONS, 5),
          5,
          "How many superseded generations are kept. Those superseded within two minutes stay in any"
              + " case.");

  /// How long superseded generations are kept.
  public static final Key<Duration> HELD_FOR =
      Key.of(
          "held-for",
          Type.duration(),
          Duration.ofDays(14),
          "How long after they were fetched superseded generations are kept at most.");

  /// When an older index is taken.
  public static final Key<Duration> ACCEPT_ROLLBACK_AFTER =
      Key.of(
          "accept-rollback-after",
          Type.duration(),
          Duration.ofHours(24),
          "An index older than ours is refused until every upstream has agreed on it for this long,"
              + " or until `larder mirror refresh NAME --accept`.");

  /// What to do about signatures.
  public static final Key<Verify> VERIFY =
      Key.of(
          "verify",
          Type.oneOf(Verify.class),
          Verify.REQUIRE,
          "With keys to trust (`keyring`, `fingerprints` or `pubkey`): `\"require\"` refuses an"
              + " index or package without a good signature, `\"warn\"` serves it and says so,"
              + " `\"off\"` does not look. What is here already is not looked at again when keys are"
              + " added. Checksums are compared in any case.");

  /// Keys to trust.
  public static final Key<Path> KEYRING =
      Key.open(
          "keyring",
          Type.path("/usr/share/pacman/keyrings/archlinux.gpg"),
          "signatures are not checked here; clients check them as ever",
          "File or directory of OpenPGP public keys to check signatures with. Only for format"
              + " pacman.");

  /// Fingerprints to trust.
  public static final Key<Path> FINGERPRINTS =
      Key.open(
          "fingerprints",
          Type.path("/usr/share/keys/pkg"),
          "signatures are not checked here; clients check them as ever",
          "Directory with the fingerprints of trusted keys in `trusted/`, and of others in"
              + " `revoked/`, as FreeBSD ships it. Only for format freebsd-pkg. One mirror has one"
              + " set of keys: where `base_release_1` and the like are mirrored too, whose keys lie"
              + " in `/usr/share/keys/pkgbase-15`, copy both into one directory.");

  /// A public key to trust.
  public static final Key<Path> PUBKEY =
      Key.open(
          "pubkey",
          Type.path("/usr/local/etc/ssl/repository.pub"),
          "signatures are not checked here; clients check them as ever",
          "PEM file of the public key that a pkg repository is signed with, for one that clients"
              + " configure with `signature_type: \"pubkey\"`. Only for format freebsd-pkg, and not"
              + " together with `fingerprints`.");

  /// Where upstreams may send us.
  public static final Key<RedirectPolicy> REDIRECTS =
      Key.of(
          "redirects",
          Type.wordOr(
              "\"public\", \"same-domain\" or a list of host names",
              Map.of(
                  "public",
                  new RedirectPolicy.Public(),
                  "same-domain",
                  new RedirectPolicy.SameDomain()),
              Type.list(
                      "list of host names",
                      Type.text("host name", "mirror.example.net", MirrorSettings::host, h -> h))
                  .map(MirrorSettings::hosts, MirrorSettings::hostNames)),
          new RedirectPolicy.Public(),
          "Where upstreams may redirect Larder to: any public address, hosts that share the last two"
              + " labels of their name, or the hosts listed. Private addresses are followed only for"
              + " hosts that stand in the configuration.");

  /// What it may take of the cache.
  public static final Key<Amount> SHARE =
      Key.of(
          "share",
          CacheSettings.amount(),
          new Amount.Percent(100),
          "How much of `max-size` in `[cache]` this mirror may take: a size, or a percentage of it.");

  /// How long a file stays after its last use.
  public static final Key<Duration> KEEP =
      Key.open(
          "keep",
          Type.duration(),
          "as long as there is room",
          "How long a file stays that no client asks for: `\"90d\"`. What `larder mirror keep` names"
              + " stays longer.");

  /// What it is limited to.
  public static final Key<List<String>> ROOTS =
      Key.of(
          "roots",
          Scope.type(),
          List.of(),
          "What of the upstream is mirrored: paths below the mirror, each with all below it; `*` is"
              + " any part of a name, `?` one character. `[\"FreeBSD:15:*\"]`,"
              + " `[\"15.*-RELEASE/amd64\"]`, `[\"core/os/x86_64\"]`. All else is answered 403, and no"
              + " upstream is asked for it. Empty means everything.");

  /// The table, for the reference.
  public static final KeyTable TABLE =
      new KeyTable(
          "mirror.NAME",
          "A mirror. NAME is its name and its path: clients find `[mirror.arch]` at `/arch/`. Names"
              + " are lower-case letters, digits, `.`, `_` and `-`. With no `[mirror.NAME]` at all"
              + " there are `freebsd-pkg`, `freebsd-update`, `freebsd-releases` and `arch`; with one"
              + " or more there are those.",
          true,
          keys(
              FORMAT,
              UPSTREAM,
              LISTEN,
              REFRESH,
              ACTIVE_FOR,
              HOLD,
              HELD_GENERATIONS,
              HELD_FOR,
              ACCEPT_ROLLBACK_AFTER,
              VERIFY,
              KEYRING,
              FINGERPRINTS,
              PUBKEY,
              REDIRECTS,
              SHARE,
              KEEP,
              ROOTS));

  /// Takes defensive copies.
  public MirrorSettings {
    upstream = List.copyOf(upstream);
    listen = List.copyOf(listen);
    roots = List.copyOf(roots);
  }

  private static List<Key<?>> keys(Key<?>... own) {
    List<Key<?>> all = new ArrayList<>(List.of(own));
    all.addAll(Admission.HERE);
    return List.copyOf(all);
  }

  /// Names of the mirrors there are when none is configured.
  ///
  /// @param formats names of the formats this version has
  public static List<String> defaults(Set<String> formats) {
    return KNOWN.stream().filter(k -> formats.contains(k.format())).map(Known::name).toList();
  }

  private static @Nullable Known known(String name) {
    return KNOWN.stream().filter(k -> k.name().equals(name)).findFirst().orElse(null);
  }

  /// Reads `[mirror.NAME]`.
  ///
  /// @param section the table; it may be absent for a mirror of [#defaults]
  /// @param formats names of the formats this version has
  /// @return stand-ins where a value is broken; the section's document knows the problems
  public static MirrorSettings read(Section section, Set<String> formats) {
    checkName(section);
    Known known = known(section.name());
    String format = known == null ? section.require(FORMAT) : section.get(FORMAT, known.format());
    checkFormat(section, format, formats);
    List<String> upstream =
        known == null || (formats.contains(format) && !format.equals(known.format()))
            ? section.require(UPSTREAM)
            : section.get(UPSTREAM, known.upstream());
    checkUpstream(section, format, upstream);
    checkTrust(section, format);
    return new MirrorSettings(
        section.name(),
        format,
        upstream,
        section.get(LISTEN),
        section.get(REFRESH, format.equals(FREEBSD_UPDATE) ? Duration.ZERO : Duration.ofMinutes(5)),
        section.get(ACTIVE_FOR),
        section.get(HOLD),
        section.get(HELD_GENERATIONS),
        section.get(HELD_FOR),
        section.get(ACCEPT_ROLLBACK_AFTER),
        section.get(VERIFY),
        section.find(KEYRING),
        section.find(FINGERPRINTS),
        section.find(PUBKEY),
        section.get(REDIRECTS),
        section.get(SHARE),
        section.find(KEEP),
        section.get(ROOTS),
        Admission.readHere(section));
  }

  private static void checkName(Section section) {
    String name = section.name();
    if (!NAME.matcher(name).matches() || name.length() > LONGEST_NAME) {
      section.complain(
          "is not a name for a mirror",
          "up to 64 of a-z, 0-9, \".\", \"_\" and \"-\", a letter or digit first");
    } else if (name.equals("repo") || name.equals("pub") || name.startsWith("to-")) {
      // Design: hosted repositories live at /repo/, freebsd-update and releases ask for /to-...
      // and /pub/... at the root of every package listener.
      section.complain(
          "has a name that the package listener needs for itself",
          "choose one that is not repo or pub and does not begin with to-");
    }
  }

  private static void checkFormat(Section section, String format, Set<String> formats) {
    if (formats.contains(format) || (!section.isSet(FORMAT) && known(section.name()) == null)) {
      return;
    }
    section.complain(
        FORMAT,
        "there is no format of this name",
        "use \"" + String.join("\" or \"", new TreeSet<>(formats)) + "\"");
  }

  private static void checkUpstream(Section section, String format, List<String> upstream) {
    if (upstream.isEmpty()) {
      section.complain(UPSTREAM, "a mirror needs something to mirror", "give at least one URL");
    }
    if (!format.equals(PACMAN) && upstream.stream().anyMatch(url -> url.startsWith("file:"))) {
      section.complain(UPSTREAM, "only pacman has a list of mirrors to read", "give URLs");
    }
  }

  /// Each format has signatures of its own kind, and keys for another would silently check nothing.
  private static void checkTrust(Section section, String format) {
    if (section.isSet(KEYRING) && !format.equals(PACMAN)) {
      section.complain(
          KEYRING,
          "only pacman's files have OpenPGP signatures",
          format.equals(FREEBSD_PKG)
              ? "name FreeBSD's keys instead: fingerprints = \"/usr/share/keys/pkg\""
              : "remove it: these files are checked by their checksums");
    }
    for (Key<Path> key : List.of(FINGERPRINTS, PUBKEY)) {
      if (section.isSet(key) && !format.equals(FREEBSD_PKG)) {
        section.complain(
            key,
            "only repositories of format freebsd-pkg are signed this way",
            format.equals(PACMAN)
                ? "name a file of OpenPGP keys instead: keyring ="
                    + " \"/usr/share/pacman/keyrings/archlinux.gpg\""
                : "remove it: these files are checked by their checksums");
      }
    }
    if (section.isSet(FINGERPRINTS) && section.isSet(PUBKEY)) {
      section.complain(
          PUBKEY,
          "a repository is signed in one of two ways, and \"fingerprints\" is set too",
          "keep the one that clients of the repository have in their configuration");
    }
  }

  private static String host(String text) {
    if (!HOST.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "\""
              + text.replaceAll("\\p{Cntrl}", "?")
              + "\" is not a host name; write it without"
              + " scheme, port and path");
    }
    return text.toLowerCase(Locale.ROOT);
  }

  private static RedirectPolicy hosts(List<String> names) {
    return new RedirectPolicy.Hosts(Set.copyOf(names));
  }

  private static List<String> hostNames(RedirectPolicy policy) {
    return switch (policy) {
      case RedirectPolicy.Hosts(Set<String> names) -> List.copyOf(new TreeSet<>(names));
      case RedirectPolicy.Public _, RedirectPolicy.SameDomain _ -> List.of();
    };
  }
}
