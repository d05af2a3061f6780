package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.format.pacman.PacmanFormat;
import dev.larder.repo.Generation;
import dev.larder.repo.Generations;
import dev.larder.repo.Manifest;
import dev.larder.repo.Member;
import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.Layout;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamingTest {
  private static final RelPath DB = new RelPath("core/os/x86_64/core.db");
  private static final RelPath PACKAGE = new RelPath("core/os/x86_64/a-1-1-any.pkg.tar.zst");
  private static final RelPath SIGNATURE = new RelPath(PACKAGE + ".sig");
  private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.1");

  @TempDir Path data;
  private final ClientGenerations clients = new ClientGenerations(Duration.ofMinutes(30));

  private static Expected bytes(int value) {
    return new Expected(1, Checksum.sha256(new byte[] {(byte) value}));
  }

  private Generation generation(long number, Map<RelPath, Expected> promises) throws IOException {
    Generations generations = new Generations(new Layout(data).root("arch", RelPath.ROOT));
    Generations.Draft draft = generations.draft();
    Files.write(draft.file(DB), new byte[0]);
    draft.add(
        new Member(DB, 0, Checksum.sha256(new byte[0]), Instant.EPOCH, null, null),
        Manifest.of(promises));
    return generations.commit(
        draft, number, new Generation.Origin("http://127.0.0.1:1", Instant.EPOCH, -1, ""));
  }

  private Naming name(RelPath path, Generation... known) {
    return Naming.of(path, CLIENT, new PacmanFormat(), List.of(known), clients);
  }

  @Test
  void aNameMeansWhatTheNewestGenerationThatHasItSays() throws IOException {
    Generation old = generation(1, Map.of(PACKAGE, bytes(1)));
    Generation current = generation(2, Map.of());
    assertThat(name(PACKAGE, current, old))
        .isEqualTo(new Naming.Named(Promise.of(bytes(1)), old, false, true));
  }

  @Test
  void onlyAReusedNameDependsOnWhoAsks() throws IOException {
    Generation old = generation(1, Map.of(PACKAGE, bytes(1)));
    Generation current = generation(2, Map.of(PACKAGE, bytes(2)));
    assertThat(name(PACKAGE, current, old))
        .isEqualTo(new Naming.Named(Promise.of(bytes(2)), current, false, false));

    clients.handed(CLIENT, PACKAGE.parent(), 1);
    assertThat(name(PACKAGE, current, old))
        .isEqualTo(new Naming.Named(Promise.of(bytes(1)), old, true, false));

    clients.handed(CLIENT, PACKAGE.parent(), 2);
    assertThat(name(PACKAGE, current, old))
        .as("what it was handed last is what it has now")
        .isEqualTo(new Naming.Named(Promise.of(bytes(2)), current, false, false));
  }

  @Test
  void aSignatureBelongsToTheBytesOfItsPackage() throws IOException {
    Generation one = generation(1, Map.of(PACKAGE, bytes(1)));
    Generation two = generation(2, Map.of(PACKAGE, bytes(2)));
    Naming before = name(SIGNATURE, one);
    Naming after = name(SIGNATURE, two);
    assertThat(before).isInstanceOf(Naming.Named.class).isNotEqualTo(after);

    Generation promised = generation(3, Map.of(PACKAGE, bytes(1), SIGNATURE, bytes(9)));
    assertThat(name(SIGNATURE, promised))
        .isEqualTo(new Naming.Named(Promise.of(bytes(9)), promised, false, true));
  }

  @Test
  void aSignatureOfOlderBytesIsNotTakenForTheCurrentOnes() throws IOException {
    Generation old = generation(1, Map.of(PACKAGE, bytes(1), SIGNATURE, bytes(9)));
    Generation current = generation(2, Map.of(PACKAGE, bytes(2)));
    assertThat(name(SIGNATURE, current, old))
        .isEqualTo(
            new Naming.Named(Promise.companionOf(Promise.of(bytes(2))), current, false, false));
  }

  @Test
  void tellsAnUnknownDirectoryFromAnUnknownName() throws IOException {
    Generation current = generation(1, Map.of(PACKAGE, bytes(1)));
    assertThat(name(new RelPath("core/os/x86_64/b-1-1-any.pkg.tar.zst"), current))
        .isEqualTo(new Naming.Unnamed(true));
    assertThat(name(new RelPath("extra/os/x86_64/b-1-1-any.pkg.tar.zst"), current))
        .isEqualTo(new Naming.Unnamed(false));
    assertThat(name(PACKAGE)).isEqualTo(new Naming.Unnamed(false));
  }
}
