using System.Text;
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

        // As the YAML standard has it, without a byte order mark.
        return Parse(File.ReadAllText(path, new UTF8Encoding(false)));
    }

    internal static (DashcamConfig Config, IReadOnlyList<string> Errors) Parse(string yaml)
    {
        var config = new DashcamConfig();
        var errors = new List<string>();
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
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
