package dev.larder.repo;

import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.config.Section;
import dev.larder.config.Type;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The `[repo.NAME]` table: a repository of our own.
///
/// @param name the table's name: the repository's name
/// @param format what it hosts: `pacman` or `freebsd-pkg`
/// @param directories one for each kind of machine: architectures or ABIs
/// @param paths further paths at which it is served, each beginning with a slash
/// @param listen addresses that serve this repository alone, at `/`; may be empty
/// @param keys names of the keys it is signed with, the first one counts; empty if it is not
///   signed; null for a key of the repository's own
/// @param compat which version of repo-add indexes are to look like; only for pacman
/// @param signature how catalogues are signed; only for freebsd-pkg
/// @param onConflict what to do about the same name and version with other bytes
/// @param keep how many versions of a package stay
/// @param heldGenerations how many generations stay, the current one among them
/// @param maxSize how many bytes all packages may take; -1 for no limit
/// @param access who is served
public record RepositorySettings(
    String name,
    String format,
    List<String> directories,
    List<String> paths,
    List<InetSocketAddress> listen,
    @Nullable List<String> keys,
    Compat compat,
    SignatureType signature,
    OnConflict onConflict,
    int keep,
    int heldGenerations,
    long maxSize,
    Admission access) {
  /// Which version of repo-add indexes are to look like.
  public enum Compat {
    /// pacman 6.1 and later: neither MD5SUM nor PGPSIG.
    CURRENT("7"),
    /// pacman before 6.1.
    OLD("6.0");

    private final String word;

    Compat(String word) {
      this.word = word;
    }

    private static Compat of(String word) {
      for (Compat compat : values()) {
        if (compat.word.equals(word)) {
          return compat;
        }
      }
      throw new IllegalArgumentException(
          "expected \"7\" or \"6.0\", got \"" + word.replaceAll("\\p{Cntrl}", "?") + "\"");
    }
  }

  /// How FreeBSD's clients find out whether a catalogue is ours.
  public enum SignatureType {
    /// They have the checksums of our keys, so that keys can be exchanged.
    FINGERPRINTS,
    /// They have our key.
    PUBKEY
  }

  /// What to do about a package of the same name and version as one that is there, with other
  /// bytes, where clients keep packages by name.
  public enum OnConflict {
    /// It is not taken.
    REFUSE,
    /// It is taken as the next release.
    BUMP
  }

  /// Names that can stand in a path, in a configuration and in a database's file name.
  public static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  private static final Pattern ARCHITECTURE = Pattern.compile("[a-z0-9][a-z0-9_]{0,31}");
  private static final Pattern ABI = Pattern.compile("FreeBSD:[0-9]{1,3}:[a-z0-9_]{1,16}");
  private static final Pattern PATH = Pattern.compile("(?!/repo(/|$))(/[A-Za-z0-9._:@+~-]+)+");
  private static final Pattern KEY = Pattern.compile("[a-z0-9][a-z0-9._-]*");

  private static final String PACMAN = "pacman";
  private static final String FREEBSD = "freebsd-pkg";
  private static final int MOST = 1000;

  /// What it hosts.
  public static final Key<String> FORMAT =
      Key.open(
          "format",
          Type.string("name of a format", PACMAN),
          "required",
          "What the repository hosts: `pacman` or `freebsd-pkg`.");

  /// Architectures.
  public static final Key<List<String>> ARCH =
      Key.open(
          "arch",
          Type.listOrOne(
              "list of architectures",
              Type.text(
                  "architecture", "x86_64", text -> checked(ARCHITECTURE, text, "x86_64"), a -> a)),
          "`[\"x86_64\"]`",
          "The architectures of a pacman repository, each a directory. Packages for `any` are in all"
              + " of them.");

  /// ABIs.
  public static final Key<List<String>> ABIS =
      Key.open(
          "abi",
          Type.listOrOne(
              "list of ABIs",
              Type.text(
                  "ABI",
                  "FreeBSD:15:amd64",
                  text -> checked(ABI, text, "FreeBSD:15:amd64"),
                  a -> a)),
          "required for format freebsd-pkg",
          "The ABIs of a FreeBSD repository, each a directory. Packages for `FreeBSD:15:*` are in all"
              + " of that version.");

  /// Further paths.
  public static final Key<List<String>> PATHS =
      Key.of(
          "path",
          Type.listOrOne(
              "list of paths",
              Type.text("path", "/x86_64", text -> checked(PATH, text, "/x86_64"), p -> p)),
          List.of(),
          "Further paths of the package listener at which the repository is served, for clients that"
              + " know it from another server. Where the last part names one of its directories"
              + " (`/packages/x86_64`) the path is that directory, else it is the whole repository. None"
              + " can begin with the name of a mirror, which answers below it.");

  /// Addresses of this repository alone.
  public static final Key<List<InetSocketAddress>> LISTEN =
      Key.of(
          "listen",
          Type.list("list of address:port", Type.listenAddress()),
          List.of(),
          "Addresses that serve this repository alone, at `/`, beside `/repo/NAME/` of the package"
              + " listener.");

  /// Keys.
  public static final Key<List<String>> SIGN =
      Key.open(
          "sign",
          Type.listOrOne(
              "list of names of keys",
              Type.text(
                  "name of a key", "internal", text -> checked(KEY, text, "internal"), k -> k)),
          "a key of the repository's name, made when it is needed",
          "Names of the keys that sign packages and indexes, as `larder key list` shows them. The"
              + " first one counts; the others sign beside it where the format has room for them."
              + " `[]` signs nothing.");

  /// Which repo-add.
  public static final Key<Compat> COMPAT =
      Key.of(
          "compat",
          Type.text("version of repo-add", "7", Compat::of, compat -> compat.word),
          Compat.CURRENT,
          "Which version of repo-add a pacman repository's databases are to look like: `\"7\"`, or"
              + " `\"6.0\"` with MD5SUM and PGPSIG, for tools that insist on them.");

  /// How catalogues are signed.
  public static final Key<SignatureType> SIGNATURE =
      Key.of(
          "signature",
          Type.oneOf(SignatureType.class),
          SignatureType.FINGERPRINTS,
          "How a FreeBSD repository is signed: `\"fingerprints\"`, of which keys can be exchanged"
              + " without a gap, or `\"pubkey\"`.");

  /// What to do about conflicts.
  public static final Key<OnConflict> ON_CONFLICT =
      Key.of(
          "on-conflict",
          Type.oneOf(OnConflict.class),
          OnConflict.REFUSE,
          "What to do with a pacman package that has the name and version of one that is or was"
              + " there, but other bytes, since clients keep packages by name: `\"refuse\"` it, or"
              + " `\"bump\"` its release.");

  /// How many versions stay.
  public static final Key<Integer> KEEP =
      Key.of(
          "keep",
          Type.integer(1, MOST, 3),
          3,
          "How many versions of each package stay for clients with an older index and for"
              + " `larder generation rollback`, the current one among them.");

  /// How many generations stay.
  public static final Key<Integer> HELD_GENERATIONS =
      Key.of(
          "held-generations",
          Type.integer(2, MOST, 20),
          20,
          "How many generations of the repository stay, the current one among them. Those of the last"
              + " hour stay too, for clients that have their indexes, if `max-size` has room for"
              + " them.");

  /// How many bytes.
  public static final Key<Long> MAX_SIZE =
      Key.open(
          "max-size",
          Type.size(),
          "no limit",
          "How many bytes all versions of all packages may take. Older generations go first; what"
              + " the current one needs always stays.");

  /// The table, for the reference.
  public static final KeyTable TABLE =
      new KeyTable(
          "repo.NAME",
          "A repository of your own. NAME is its name: clients find `[repo.internal]` at"
              + " `/repo/internal/`. Names are lower-case letters, digits, `.`, `_` and `-`."
              + " `larder repo create` makes one without touching the configuration.",
          true,
          keys(
              FORMAT,
              ARCH,
              ABIS,
              PATHS,
              LISTEN,
              SIGN,
              COMPAT,
              SIGNATURE,
              ON_CONFLICT,
              KEEP,
              HELD_GENERATIONS,
              MAX_SIZE));

  /// Takes defensive copies.
  public RepositorySettings {
    directories = List.copyOf(directories);
    paths = List.copyOf(paths);
    listen = List.copyOf(listen);
    keys = keys == null ? null : List.copyOf(keys);
  }

  private static List<Key<?>> keys(Key<?>... own) {
    List<Key<?>> all = new ArrayList<>(List.of(own));
    all.addAll(Admission.HERE);
    return List.copyOf(all);
  }

  /// The first name of a further path. A mirror of that name goes before the repository.
  ///
  /// @param path one of [#paths()], or what shall be one
  public static String top(String path) {
    return path.replaceFirst("^/", "").replaceFirst("/.*", "");
  }

  /// Whether it hosts pacman's packages, whose clients keep files by name.
  public boolean isPacman() {
    return format.equals(PACMAN);
  }

  /// The names of its keys: those configured, or one of its own.
  public List<String> keyNames() {
    return keys == null ? List.of(name) : keys;
  }

  /// Reads `[repo.NAME]`.
  ///
  /// @param formats names of the formats that can be hosted
  /// @return stand-ins where a value is broken; the section's document knows the problems
  public static RepositorySettings read(Section section, Set<String> formats) {
    if (!NAME.matcher(section.name()).matches()) {
      section.complain(
          "is not a name for a repository",
          "up to 64 of a-z, 0-9, \".\", \"_\" and \"-\", a letter or digit first");
    }
    String format = section.require(FORMAT);
    if (section.isSet(FORMAT) && !formats.contains(format)) {
      section.complain(
          FORMAT,
          "repositories of this format cannot be hosted",
          "use \"" + String.join("\" or \"", formats.stream().sorted().toList()) + "\"");
    }
    return new RepositorySettings(
        section.name(),
        format,
        directories(section, format),
        section.get(PATHS),
        section.get(LISTEN),
        section.find(SIGN),
        section.get(COMPAT),
        section.get(SIGNATURE),
        section.get(ON_CONFLICT),
        section.get(KEEP),
        section.get(HELD_GENERATIONS),
        Objects.requireNonNullElse(section.find(MAX_SIZE), -1L),
        Admission.readHere(section));
  }

  private static List<String> directories(Section section, String format) {
    List<String> arch = section.find(ARCH);
    if (format.equals(FREEBSD)) {
      if (arch != null) {
        section.complain(ARCH, "FreeBSD packages are for an ABI", "use abi = \"FreeBSD:15:amd64\"");
      }
      return distinct(section, ABIS, section.require(ABIS));
    }
    if (section.find(ABIS) != null) {
      section.complain(ABIS, "only FreeBSD packages have an ABI", "use arch = \"x86_64\"");
    }
    return distinct(section, ARCH, arch == null ? List.of("x86_64") : arch);
  }

  private static List<String> distinct(Section section, Key<List<String>> key, List<String> all) {
    if (all.isEmpty()) {
      section.complain(key, "a repository is for some machines", "give at least one");
    }
    if (all.contains("any")) {
      section.complain(
          key, "\"any\" is no directory", "name the architectures; packages for any are in all");
    }
    return all.stream().distinct().toList();
  }

  private static String checked(Pattern form, String text, String example) {
    if (!form.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "\"%s\" is not of the form %s".formatted(text.replaceAll("\\p{Cntrl}", "?"), example));
    }
    return text;
  }
}
