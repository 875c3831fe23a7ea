using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Rig.CameraNode.Dashcam.Config;

/// <summary>Reads the YAML file over the defaults.</summary>
internal static class ConfigFile
{
    private const int MaxBytes = 1 << 20;

    /// <returns>The configuration, and everything that is wrong with the file, a sentence each that names the key.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    internal static (DashcamConfig Config, IReadOnlyList<string> Errors) Load(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
        {
            return (new DashcamConfig(), [$"{path} is larger than 1 MiB, which no configuration is."]);
        }

        return Parse(File.ReadAllText(path));
    }

    internal static (DashcamConfig Config, IReadOnlyList<string> Errors) Parse(string yaml)
    {
        var config = new DashcamConfig();
        var errors = new List<string>();
        if (yaml.Contains('\0', StringComparison.Ordinal))
        {
            // A power cut while it was saved leaves such files; they are not to pass for empty ones.
            return (config, ["The file contains zero bytes, as a power cut leaves them. Restore it from a copy or write it again."]);
        }

        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml.TrimStart('\uFEFF')));
            if (stream.Documents.Count > 1)
            {
                errors.Add("The file holds several YAML documents; it is to be one.");
            }
            else if (stream.Documents.Count == 1)
            {
                ConfigTree.Lay(stream.Documents[0].RootNode, config, "", errors);
            }
        }
        catch (YamlException e)
        {
            errors.Add(FormattableString.Invariant($"Line {e.Start.Line}, column {e.Start.Column} is no YAML: {e.Message}"));
        }

        // What could not be laid has its default, which is right; all that is wrong is said at once.
        errors.AddRange(ConfigErrors.Of(config));
        return (config, errors);
    }
}
