package dev.larder.mirror;

import dev.larder.repo.Generation;
import dev.larder.repo.Member;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the signatures of packages among the held files, and fetches those that are missing.
final class Signatures implements IndexCheck.SignatureSource {
  private static final Duration LIMIT = Duration.ofSeconds(8);

  private final Workings workings;
  private @Nullable Roots roots;
  private @Nullable Fills fills;

  Signatures(Workings workings) {
    this.workings = workings;
  }

  /// Fills check packages with signatures, and signatures are brought by fills: the second half of
  /// the knot is tied here, before the first request.
  void connect(Roots roots, Fills fills) {
    this.roots = roots;
    this.fills = fills;
  }

  @Override
  public byte @Nullable [] signatureOf(RelPath packagePath) throws IOException {
    Roots all = roots;
    Fills bring = fills;
    RelPath path = workings.format().signatureOf(packagePath);
    if (all == null || bring == null || path == null) {
      return null;
    }
    Promise promise =
        switch (Naming.of(
            path,
            InetAddress.getLoopbackAddress(),
            workings.format(),
            all.known(path),
            new ClientGenerations(Duration.ofSeconds(1)))) {
          case Naming.Named named -> named.promise();
          case Naming.Unnamed _ -> Promise.unverified();
        };
    HeldFiles.Held held = workings.held().find(path, promise);
    if (held == null) {
      FillOrder order = FillOrder.of(path, promise, false, Map.of(), workings.format());
      try {
        bring.bring(order, LIMIT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      held = workings.held().find(path, promise);
    }
    return held == null ? null : read(held);
  }

  @Override
  public void forgetSignatureOf(RelPath packagePath) throws IOException {
    RelPath path = workings.format().signatureOf(packagePath);
    if (path != null) {
      workings.held().remove(path);
    }
  }

  private static byte[] read(HeldFiles.Held held) throws IOException {
    try (var file = held.file()) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      while (bytes.hasRemaining() && file.channel().read(bytes, bytes.position()) >= 0) {
        // Positional reads until it is full.
      }
      return bytes.array();
    }
  }

  @Override
  public boolean isVouchedFor(RelPath packagePath) {
    Roots all = roots;
    List<Generation> known = all == null ? List.of() : all.known(packagePath);
    for (Generation generation : known) {
      if (generation.find(packagePath) == null) {
        continue;
      }
      for (Member member : generation.members()) {
        RelPath signature = workings.format().signatureOf(member.path());
        if (signature != null
            && generation.member(signature) != null
            && generation.manifest(member).find(packagePath) != null) {
          return true;
        }
      }
      return false;
    }
    return false;
  }
}
