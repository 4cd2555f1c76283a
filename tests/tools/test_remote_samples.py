from tools.remote_samples import BAD_SECRETS, BODIES, TEXTS


def test_no_sample_comes_twice() -> None:
    for samples in (BAD_SECRETS, *TEXTS.values(), *BODIES.values()):
        assert len(set(samples)) == len(samples)
