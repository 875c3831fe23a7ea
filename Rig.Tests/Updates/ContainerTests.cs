using System.Diagnostics;
using Rig.Tests.Support;
using Xunit.Abstractions;
using YamlDotNet.Serialization;

namespace Rig.Tests.Updates;

/// <summary>scripts/vps as far as a machine without a container engine can look at it.</summary>
public sealed class ContainerTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Compose_names_only_files_that_are_there_or_made()
    {
        CopyFolder();
        var (code, said) = await RunAsync("bash", folder.File("secrets.sh"));
        Assert.True(code == 0, said);

        var compose = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(await File.ReadAllTextAsync(folder.File("compose.yaml")));
        var services = Map(compose["services"]);
        foreach (var (name, service) in services.Select(pair => (pair.Key, Map(pair.Value))))
        {
            var image = service.GetValueOrDefault("image") as string;
            Assert.True(image is null ? File.Exists(folder.File("Dockerfile")) : image.Contains(':', StringComparison.Ordinal) && !image.EndsWith(":latest", StringComparison.Ordinal), $"{name}: {image}");
            foreach (var volume in List(service.GetValueOrDefault("volumes")).Select(volume => volume.Split(':')[0]))
            {
                Assert.True(volume.StartsWith('.') ? Path.Exists(folder.File(volume)) : Map(compose["volumes"]).ContainsKey(volume), $"{name}: {volume}");
            }

            Assert.All(List(service.GetValueOrDefault("env_file")), file => Assert.True(File.Exists(folder.File(file)), file));
            Assert.All(List(service.GetValueOrDefault("secrets")), secret => Assert.True(File.Exists(folder.File((string)Map(Map(compose["secrets"])[secret])["file"])), secret));
        }

        Assert.Equal($"database:5432:rig_viewer:rig_viewer:{await File.ReadAllTextAsync(folder.File("secrets/database"))}", (await File.ReadAllTextAsync(folder.File("secrets/pgpass"))).Trim());
    }

    [Fact]
    public async Task A_second_run_keeps_the_password_and_the_settings()
    {
        CopyFolder();
        await RunAsync("bash", folder.File("secrets.sh"));
        var password = await File.ReadAllTextAsync(folder.File("secrets/database"));
        await File.AppendAllTextAsync(folder.File("viewer.env"), "# by hand\n");

        await RunAsync("bash", folder.File("secrets.sh"));

        Assert.Equal(password, await File.ReadAllTextAsync(folder.File("secrets/database")));
        Assert.Contains("# by hand", await File.ReadAllTextAsync(folder.File("viewer.env")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nginx_takes_its_configuration()
    {
        if (!File.Exists("/usr/sbin/nginx"))
        {
            NotRun.Say(output, "nginx is not installed.");
            return;
        }

        CopyFolder();
        var certificates = folder.File("certificates");
        Directory.CreateDirectory(certificates);
        var (code, said) = await RunAsync(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-keyout", Path.Combine(certificates, "privkey.pem"), "-out", Path.Combine(certificates, "fullchain.pem"));
        Assert.True(code == 0, said);
        var server = (await File.ReadAllTextAsync(folder.File("nginx.conf"))).Replace("/etc/nginx/certificates", certificates, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.File("whole.conf"), $"pid {folder.File("nginx.pid")};\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{server}\n}}\n");

        (code, said) = await RunAsync("/usr/sbin/nginx", "-t", "-e", "stderr", "-c", folder.File("whole.conf"));

        Assert.True(code == 0, said);
    }

    private static Dictionary<object, object> Map(object value) => (Dictionary<object, object>)value;

    private static IEnumerable<string> List(object? value) => value is List<object> list ? list.Cast<string>() : [];

    private void CopyFolder()
    {
        foreach (var name in new[] { "compose.yaml", "Dockerfile", "nginx.conf", "secrets.sh", "viewer.env.example" })
        {
            File.Copy(Checkout.File($"scripts/vps/{name}"), folder.File(name));
        }
    }

    private static async Task<(int ExitCode, string Said)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await said + await errors);
    }
}
