package dev.larder.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/// The programs the integration tests run. A test that lacks one is skipped, and says so on
/// standard error; where `CI=true` is set nothing may be skipped, and it fails.
public final class Tools {
  private static final Map<String, String> DEBIAN_PACKAGES =
      Map.ofEntries(
          Map.entry("pacman", "pacman-package-manager"),
          Map.entry("pacman-key", "pacman-package-manager"),
          Map.entry("repo-add", "pacman-package-manager"),
          Map.entry("repo-remove", "pacman-package-manager"),
          Map.entry("vercmp", "pacman-package-manager"),
          Map.entry("makepkg", "makepkg"),
          Map.entry("bsdtar", "libarchive-tools"),
          Map.entry("bspatch", "bsdiff"),
          Map.entry("gpg", "gnupg"),
          Map.entry("gpgconf", "gnupg"),
          Map.entry("dnsmasq", "dnsmasq-base"),
          Map.entry("promtool", "prometheus"),
          Map.entry("ip", "iproute2"),
          Map.entry("nft", "nftables"),
          Map.entry("setpriv", "util-linux"));

  private Tools() {}

  /// Checks that all these programs are installed.
  ///
  /// @throws TestAbortedException if one is missing and skipping is allowed
  /// @throws AssertionError if one is missing in CI
  public static void require(String... programs) {
    for (String program : programs) {
      if (find(program) == null) {
        missing(
            "%s is not installed (apt-get install %s)"
                .formatted(program, DEBIAN_PACKAGES.getOrDefault(program, program)));
      }
    }
  }

  /// Checks that the tests run as root.
  ///
  /// @param what needs it: `network namespaces`
  public static void requireRoot(String what) {
    if (!isRoot()) {
      missing(what + " need root");
    }
  }

  /// Skips the test, or fails it in CI.
  ///
  /// @param reason what is missing and how to get it
  public static void missing(String reason) {
    missing(reason, System.getenv("CI"));
  }

  static void missing(String reason, @Nullable String ci) {
    if ("true".equals(ci)) {
      throw new AssertionError(reason + "; with CI=true no test is skipped");
    }
    System.err.println("SKIPPED " + callingTest() + ": " + reason);
    throw new TestAbortedException(reason);
  }

  /// The path of `program`.
  ///
  /// @throws AssertionError if it is missing in CI
  /// @throws TestAbortedException if it is missing elsewhere
  public static String path(String program) {
    require(program);
    return String.valueOf(find(program));
  }

  /// Where `program` is, or null if it is not installed.
  public static @Nullable Path find(String program) {
    List<String> directories = new ArrayList<>();
    String path = System.getenv("PATH");
    if (path != null) {
      directories.addAll(List.of(path.split(":", -1)));
    }
    // Where Debian keeps nginx, ip and nft, and what a user's PATH often leaves out.
    directories.addAll(List.of("/usr/local/sbin", "/usr/sbin", "/sbin"));
    for (String directory : directories) {
      Path file = Path.of(directory, program);
      if (Files.isExecutable(file) && Files.isRegularFile(file)) {
        return file;
      }
    }
    return null;
  }

  /// Whether the tests run as root.
  public static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static String callingTest() {
    return StackWalker.getInstance()
        .walk(frames ->
            frames
                .filter(frame -> frame.getClassName().matches(".*(Test|IT)"))
                .findFirst()
                .map(frame -> simple(frame.getClassName()) + "." + frame.getMethodName())
                .orElse("a test"));
  }

  private static String simple(String className) {
    return className.substring(className.lastIndexOf('.') + 1);
  }
}
