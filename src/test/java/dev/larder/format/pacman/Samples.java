package dev.larder.format.pacman;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/// A repository made by makepkg, gpg and repo-add 6.0.2.
final class Samples {
  /// Its packages.
  static final List<String> PACKAGES =
      List.of(
          "hello-split-1:1.2.3-2-x86_64.pkg.tar.zst", "hello-split-docs-1:1.2.3-2-any.pkg.tar.zst");

  private Samples() {}

  /// A file of it.
  static byte[] bytes(String name) {
    try (InputStream in = Samples.class.getResourceAsStream("/arch/lab/" + name)) {
      if (in == null) {
        throw new AssertionError("no sample " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
