package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.larder.repo.Answer;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Representation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("dev.larder.serve.Listening#transports")
class TlsTest {
  private static final Pair FIRST = Pair.make("first", "EC");
  private static final Pair SECOND = Pair.make("second", "RSA");

  private final PackagesSettings.Tls files;
  private final byte[] large = Listening.bytes(3_000_000);
  private final SlowFile growing;
  private final PlainContent arch;
  private final Listening listening;

  TlsTest(Transport transport, @TempDir Path directory) throws Exception {
    files = new PackagesSettings.Tls(directory.resolve("crt.pem"), directory.resolve("key.pem"));
    FIRST.write(files);
    growing = new SlowFile(directory.resolve("growing"));
    arch =
        new PlainContent("arch", directory.resolve("tree"))
            .file("small", Listening.bytes(1000))
            .file("large", large)
            .answer("growing", ask -> growing());
    listening = Listening.on(transport, Listening.PATIENT, files, arch);
  }

  private Answer growing() {
    Representation is = new Representation(large.length, null, null, null);
    CacheStatus status = CacheStatus.forwarded("uri-miss", 200, true, "");
    Answer.Body body = new Answer.Body.Growing(growing);
    return new Answer.Found(is, body, status, Answer.Validity.ONCE);
  }

  @AfterEach
  void close() {
    listening.close();
    growing.close();
  }

  /// A key and its self-signed certificate, made by the JDK's keytool.
  private record Pair(X509Certificate certificate, String certificatePem, String keyPem) {
    static Pair make(String name, String algorithm) {
      try {
        Path directory = Files.createTempDirectory("keys");
        Path store = directory.resolve("store.p12");
        try {
          return make(name, algorithm, store);
        } finally {
          Files.deleteIfExists(store);
          Files.delete(directory);
        }
      } catch (IOException | GeneralSecurityException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private static Pair make(String name, String algorithm, Path store)
        throws IOException, GeneralSecurityException, InterruptedException {
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "x",
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  "secret",
                  "-validity",
                  "10",
                  "-dname",
                  "CN=" + name,
                  "-keyalg",
                  algorithm,
                  "-keystore",
                  store.toString())
              .redirectErrorStream(true)
              .start();
      String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(keytool.waitFor()).as(output).isZero();
      char[] password = "secret".toCharArray();
      KeyStore keys = KeyStore.getInstance(store.toFile(), password);
      Key key = keys.getKey("x", password);
      Certificate certificate = keys.getCertificate("x");
      return new Pair(
          (X509Certificate) certificate,
          pem("CERTIFICATE", certificate.getEncoded()),
          pem("PRIVATE KEY", key.getEncoded()));
    }

    private static String pem(String type, byte[] der) {
      String base64 = Base64.getMimeEncoder().encodeToString(der);
      return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }

    void write(PackagesSettings.Tls files) throws IOException {
      Files.writeString(files.certificate(), certificatePem);
      Files.writeString(files.key(), keyPem);
    }
  }

  private RawClient client(String... protocols) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("first", FIRST.certificate());
    trusted.setCertificateEntry("second", SECOND.certificate());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(listening.address().getAddress(), listening.port());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(protocols);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return new RawClient(socket);
  }

  private static String subject(RawClient client) throws IOException {
    return ((X509Certificate) ((SSLSocket) client.socket).getSession().getPeerCertificates()[0])
        .getSubjectX500Principal()
        .getName();
  }

  @Test
  void filesAndRangesComeOverTls() throws Exception {
    try (RawClient client = client()) {
      for (int round = 0; round < 2; round++) {
        assertThat(client.get("/arch/small").read().body()).hasSize(1000);
        assertThat(client.get("/arch/large").read().body()).isEqualTo(large);
        assertThat(client.get("/arch/large", "Range: bytes=100001-").read().body())
            .isEqualTo(Arrays.copyOfRange(large, 100_001, large.length));
      }
      assertThat(client.get("/").read().text()).contains("Server = https://larder/arch/");
    }
  }

  @Test
  void onlyHttp11IsSpoken() throws Exception {
    try (RawClient client = client("h2", "http/1.1")) {
      assertThat(((SSLSocket) client.socket).getApplicationProtocol()).isEqualTo("http/1.1");
      assertThat(client.get("/arch/small").read().code()).isEqualTo(200);
    }
  }

  @Test
  void growingFilesComeOverTlsAndFailOrderly() throws Exception {
    try (RawClient client = client()) {
      client.get("/arch/growing").readStart();
      growing.grow(Arrays.copyOf(large, 1_000_000));
      assertThat(client.exactly(1_000_000)).isEqualTo(Arrays.copyOf(large, 1_000_000));
      growing.fail("upstream died");
      assertThat(client.rest()).isEmpty();
    }
    assertThat(growing.left).hasValue(1);
  }

  @Test
  void aNewCertificateIsTakenUpAndABadOneIsNot() throws Exception {
    try (RawClient before = client()) {
      assertThat(subject(before)).isEqualTo("CN=first");
      SECOND.write(files);
      await().until(() -> subjectNow().equals("CN=second"));
      assertThat(before.get("/arch/small").read().code())
          .as("old connections go on")
          .isEqualTo(200);
      Files.writeString(files.key(), FIRST.keyPem());
      long until = System.nanoTime() + 3_000_000_000L;
      await().until(() -> subjectNow().equals("CN=second") && System.nanoTime() > until);
      FIRST.write(files);
      await().until(() -> subjectNow().equals("CN=first"));
    }
  }

  private String subjectNow() throws Exception {
    try (RawClient client = client()) {
      return subject(client);
    }
  }

  @Test
  void whatCannotBeUsedIsSaid() throws Exception {
    Files.writeString(files.key(), SECOND.keyPem());
    assertThatThrownBy(() -> PemFiles.read(files))
        .hasMessageStartingWith(files.key() + " has no readable EC key in it");
    Pair third = Pair.make("third", "EC");
    Files.writeString(files.key(), third.keyPem());
    assertThatThrownBy(() -> PemFiles.read(files))
        .hasMessage(
            files.key() + " is not the key of the first certificate in " + files.certificate());
    Files.writeString(files.key(), third.keyPem().replace("PRIVATE", "EC PRIVATE"));
    assertThatThrownBy(() -> PemFiles.read(files)).hasMessageContaining("openssl pkcs8 -topk8");
    Files.writeString(files.key(), "nothing");
    assertThatThrownBy(() -> PemFiles.read(files)).hasMessageContaining("no private key in PEM");
    Files.writeString(files.certificate(), "nothing");
    assertThatThrownBy(() -> PemFiles.read(files)).hasMessageContaining("certificate in it");
  }

  @Test
  void plainHttpOnATlsPortIsClosed() throws Exception {
    try (RawClient client = listening.client()) {
      client.get("/arch/small");
      byte[] rest = client.rest();
      assertThat(new String(rest, StandardCharsets.ISO_8859_1)).doesNotContain("HTTP/1.1 200");
    }
    try (RawClient client = client()) {
      assertThat(client.get("/arch/small").read().code()).isEqualTo(200);
    }
  }
}
