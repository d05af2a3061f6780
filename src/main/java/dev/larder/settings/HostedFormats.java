package dev.larder.settings;

import dev.larder.format.RepositoryFormat;
import dev.larder.format.freebsd.PkgRepositoryFormat;
import dev.larder.format.pacman.Compat;
import dev.larder.format.pacman.PacmanRepositoryFormat;
import dev.larder.repo.RepositorySettings;
import java.io.IOException;
import java.util.Set;
import java.util.function.Supplier;

/// The formats that repositories of our own can have. Beside [Formats] the only place that knows
/// particular ones.
public final class HostedFormats {
  private static final String PACMAN = "pacman";
  private static final String FREEBSD_PKG = "freebsd-pkg";

  /// Their names.
  public static final Set<String> NAMES = Set.of(PACMAN, FREEBSD_PKG);

  private HostedFormats() {}

  /// The format of a repository, with its settings as they are whenever it writes.
  ///
  /// @throws IOException if there is none of that name
  public static RepositoryFormat of(Supplier<RepositorySettings> settings) throws IOException {
    return switch (settings.get().format()) {
      case PACMAN ->
          new PacmanRepositoryFormat(() ->
              switch (settings.get().compat()) {
                case CURRENT -> Compat.CURRENT;
                case OLD -> Compat.V6_0;
              });
      case FREEBSD_PKG ->
          new PkgRepositoryFormat(() ->
              switch (settings.get().signature()) {
                case FINGERPRINTS -> PkgRepositoryFormat.Style.FINGERPRINTS;
                case PUBKEY -> PkgRepositoryFormat.Style.PUBKEY;
              });
      default ->
          throw new IOException(
              "repository %s: there is no format %s"
                  .formatted(settings.get().name(), settings.get().format()));
    };
  }
}
