package dev.larder.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where everything lies in the data directory. The only class that knows:
///
/// ```
/// data/
///   tree/<mirror>/<path>                   the bytes, at their URL path, as clients see them
///   tree/repo/<name>/<path>                the same of a repository of our own
///   state/<mirror>/.keep                   directories that nothing removes, one path a line
///   state/<mirror>/.quarantine/            damaged files that were put aside, for a week
///   state/<mirror>/<root>/
///     current                              number of the current generation
///     refused-since                        since when upstreams only offer an older set
///     generations/<n>/origin               where and when generation n was fetched
///     generations/<n>/index/<path>         index bytes exactly as served
///     generations/<n>/manifest/<path>      what that index promises
///     generations/.draft-<random>/         a generation being made
///     held/<checksum>                      bytes whose name now means other bytes, or soon will
///     partial/<hash>.part, .journal        unfinished fills; a mirror has all in its root `root`
///   state/repo/<name>/root/                the same of a repository, which is one root
///   state/repo/<name>/repository.toml      its settings, if it was not made in the configuration
///   state/repo/<name>/incoming/<batch>/    uploads that are not in a generation yet
///   keys/                                  0700; see KeyDirectory in sign
///   larder.db                              rebuildable: facts about files, last use
///   cache-size                             what mirrors may take, where nobody says
///   cli.token                              0600
///   tokens.json                            hashes and scopes of the tokens that were made; 0600
///   audit.ndjson, .1, .2, ...              who changed what, oldest behind; 0600
///   version                                of this layout
///   lock                                   held by the one running `larder serve`
///   hold                                   locked by backups while they read
///   restored/, .restoring-<random>/        a restore that was cut off: [Restored] ends it
/// ```
///
/// `tree/` is readable by everybody (0755) so that any web server can serve it; all else is 0700.
///
/// @param data the data directory
public record Layout(Path data) {
  /// Version of the layout this class describes; [LayoutSteps] lead to it from those before.
  public static final int VERSION = 2;

  private static final String WHOLE = "root";
  private static final String REPOSITORIES = "repo";
  private static final String HELD = "held";

  /// Prefix of the names of bytes that lie aside; no path of a client starts with it.
  private static final String ASIDE = HELD + "/";

  /// The root of all served bytes.
  public Path tree() {
    return data.resolve("tree");
  }

  /// The served bytes of a mirror.
  public Path tree(String mirror) {
    return tree().resolve(mirror);
  }

  /// The served bytes of one path.
  public Path file(String mirror, RelPath path) {
    return tree(mirror).resolve(path.value());
  }

  /// The state of one root of a mirror.
  ///
  /// @param root directory whose indexes move together
  public RootLayout root(String mirror, RelPath root) {
    return new RootLayout(state(mirror).resolve(rootName(root)));
  }

  /// The state of a mirror: a directory for each of its roots.
  public Path state(String mirror) {
    return state().resolve(mirror);
  }

  /// The name of the directory that has the state of `root`: `root` for the whole mirror, else its
  /// path with `%2F` for slashes.
  public static String rootName(RelPath root) {
    if (root.isRoot()) {
      return WHOLE;
    }
    String name = root.value().replace("%", "%25").replace("/", "%2F");
    return name.equals(WHOLE) || name.startsWith(".") ? "%" + name : name;
  }

  /// The root whose state lies in the directory `name`; null if that is none's.
  public static @Nullable RelPath rootNamed(String name) {
    if (name.equals(WHOLE)) {
      return RelPath.ROOT;
    }
    String path = name.replaceFirst("^%(?=root$|\\.)", "");
    RelPath root = RelPath.orNull(path.replace("%2F", "/").replace("%25", "%"));
    return root != null && rootName(root).equals(name) ? root : null;
  }

  /// The name of bytes that lie aside, among the paths of a mirror.
  ///
  /// @param root name of the directory with the root's state
  /// @param file in its `held`
  public static String asideName(String root, Path file) {
    return ASIDE + root + "/" + file.getFileName();
  }

  /// Whether `name` is one of [#asideName].
  public static boolean isAside(String name) {
    return name.startsWith(ASIDE);
  }

  /// The file of a path of a mirror, or of a name of bytes that lie aside.
  public Path held(String mirror, String name) {
    if (!isAside(name)) {
      return tree(mirror).resolve(name);
    }
    String aside = name.substring(ASIDE.length());
    int slash = aside.indexOf('/');
    return state(mirror)
        .resolve(aside.substring(0, slash))
        .resolve(HELD)
        .resolve(aside.substring(slash + 1));
  }

  /// Damaged files of a mirror that were put aside.
  public Path quarantine(String mirror) {
    return state(mirror).resolve(".quarantine");
  }

  /// What all mirrors may take, where the configuration does not say.
  public Path cacheSize() {
    return data.resolve("cache-size");
  }

  /// The list of a mirror's directories that are kept.
  public Path keep(String mirror) {
    return state(mirror).resolve(".keep");
  }

  /// Repositories of our own lie among the mirrors under this name, which no mirror may have.
  public static String repositoryName(String name) {
    return REPOSITORIES + "/" + name;
  }

  /// The name of the repository that is called `name` among all that is served; null for a mirror.
  public static @Nullable String repositoryNamed(String name) {
    return name.startsWith(REPOSITORIES + "/") ? name.substring(REPOSITORIES.length() + 1) : null;
  }

  /// The state of all repositories of our own.
  public Path repositories() {
    return state().resolve(REPOSITORIES);
  }

  /// The settings of a repository that was made while Larder ran.
  public Path repositorySettings(String name) {
    return repositories().resolve(name).resolve("repository.toml");
  }

  /// Uploads to a repository that are in none of its generations yet.
  public Path incoming(String name) {
    return repositories().resolve(name).resolve("incoming");
  }

  /// Everything that is not served.
  public Path state() {
    return data.resolve("state");
  }

  /// The database.
  public Path database() {
    return data.resolve("larder.db");
  }

  /// The token of the local command line.
  public Path cliToken() {
    return data.resolve("cli.token");
  }

  /// The tokens that were made.
  public Path tokens() {
    return data.resolve("tokens.json");
  }

  /// The log of who changed what; older parts of it lie beside it.
  public Path audit() {
    return data.resolve("audit.ndjson");
  }

  /// Private keys.
  public Path keys() {
    return data.resolve("keys");
  }

  /// The file that is locked while Larder runs.
  public Path lock() {
    return data.resolve("lock");
  }

  /// The file that is locked while a backup reads.
  public Path hold() {
    return data.resolve("hold");
  }

  /// A restore that has happened and whose files are not yet in their places.
  Path restored() {
    return data.resolve("restored");
  }

  /// The file that states the layout's version.
  public Path version() {
    return data.resolve("version");
  }

  /// Where the state of one root lies.
  ///
  /// @param directory `state/<mirror>/<root>`
  public record RootLayout(Path directory) {
    /// The pointer to the current generation.
    public Path current() {
      return directory.resolve("current");
    }

    /// Since when upstreams only offer an older set than the current generation.
    public Path refusedSince() {
      return directory.resolve("refused-since");
    }

    /// All generations.
    public Path generations() {
      return directory.resolve("generations");
    }

    /// Bytes by checksum.
    public Path held() {
      return directory.resolve(HELD);
    }

    /// The bytes with this checksum.
    public Path held(Checksum checksum) {
      return held().resolve(checksum.algorithm().id() + "-" + checksum.hex());
    }

    /// Unfinished fills.
    public Path partial() {
      return directory.resolve("partial");
    }
  }
}
