package dev.larder.settings;

import dev.larder.format.Format;
import dev.larder.format.freebsd.FreeBsdPkgFormat;
import dev.larder.format.freebsd.FreeBsdReleasesFormat;
import dev.larder.format.freebsd.FreeBsdUpdateFormat;
import dev.larder.format.freebsd.PkgTrust;
import dev.larder.format.pacman.PacmanFormat;
import dev.larder.mirror.Mirror;
import dev.larder.mirror.MirrorSettings;
import dev.larder.sign.OpenPgpKeyring;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The formats that mirrors can have, and the keys that are trusted for them. Beside
/// [HostedFormats] the only place that knows particular ones.
public final class Formats {
  private static final Map<String, Format> ALL =
      Stream.<Format>of(
              new PacmanFormat(),
              new FreeBsdPkgFormat(),
              new FreeBsdUpdateFormat(),
              new FreeBsdReleasesFormat())
          .collect(Collectors.toMap(Format::name, f -> f));

  /// Formats whose signatures can be checked here.
  private static final Set<String> KEYED = Set.of("pacman", "freebsd-pkg");

  private Formats() {}

  /// Their names.
  public static Set<String> names() {
    return ALL.keySet();
  }

  /// The format of a mirror.
  ///
  /// @throws IOException if there is none of that name
  public static Format of(MirrorSettings settings) throws IOException {
    Format format = ALL.get(settings.format());
    if (format == null) {
      throw new IOException(
          "mirror %s: there is no format %s".formatted(settings.name(), settings.format()));
    }
    return format;
  }

  /// The keys a mirror trusts.
  ///
  /// @throws IOException if they cannot be read
  public static Mirror.Trust trust(MirrorSettings settings) throws IOException {
    if (settings.verify() == MirrorSettings.Verify.OFF) {
      return Mirror.Trust.NONE;
    }
    Path keyring = settings.keyring();
    Path fingerprints = settings.fingerprints();
    Path pubkey = settings.pubkey();
    if (keyring != null) {
      return new Mirror.Trust(OpenPgpKeyring.open(keyring), null);
    }
    if (fingerprints != null) {
      return new Mirror.Trust(null, PkgTrust.fingerprints(fingerprints));
    }
    if (pubkey != null) {
      return new Mirror.Trust(null, PkgTrust.publicKey(pubkey));
    }
    return Mirror.Trust.NONE;
  }

  /// Whether keys could be configured for a mirror and are not. freebsd-update and releases have
  /// none to configure: clients know theirs.
  ///
  /// @throws IOException if those that are configured cannot be read
  public static boolean lacksKeys(MirrorSettings settings) throws IOException {
    return KEYED.contains(settings.format()) && trust(settings).equals(Mirror.Trust.NONE);
  }
}
