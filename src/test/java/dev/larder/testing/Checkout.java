package dev.larder.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// The checkout the tests run in.
public final class Checkout {
  private Checkout() {}

  /// Its directory, absolute.
  public static Path root() {
    // Maven says where; elsewhere tests run in it.
    String basedir = System.getProperty("basedir", "");
    Path root = Path.of(Objects.requireNonNull(basedir)).toAbsolutePath().normalize();
    if (!Files.exists(root.resolve("pom.xml"))) {
      throw new IllegalStateException("no pom.xml in " + root + ": run the tests in the checkout");
    }
    return root;
  }

  /// The files that belong to the project, relative to the root: what git tracks or would, or
  /// without git all but build output.
  public static List<Path> files() throws IOException, InterruptedException {
    Process git =
        new ProcessBuilder("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
            .directory(root().toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String out = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    List<Path> files = new ArrayList<>();
    if (git.waitFor() == 0) {
      for (String name : out.split("\0", -1)) {
        if (!name.isEmpty() && Files.isRegularFile(root().resolve(name))) {
          files.add(Path.of(name));
        }
      }
      return files;
    }
    try (Stream<Path> all = Files.walk(root())) {
      all.filter(Files::isRegularFile)
          .map(root()::relativize)
          .filter(f -> !f.startsWith("target") && !f.startsWith(".git"))
          .forEach(files::add);
    }
    return files;
  }
}
